/* Stands in for what LibTorch needs of cuBLASLt besides success: objects, and one algorithm that it may choose. */
#include <stdlib.h>
#include <string.h>
static int make(void **object) { *object = calloc(1, 64); return 0; }
int cublasLtCreate(void **handle) { return make(handle); }
int cublasLtMatmulDescCreate(void **object, ...) { return make(object); }
int cublasLtMatrixLayoutCreate(void **object, ...) { return make(object); }
int cublasLtMatmulPreferenceCreate(void **object) { return make(object); }
int cublasLtMatmulAlgoGetHeuristic(
    void *handle, void *product, void *a, void *b, void *c, void *d, void *preference, int most, void *results, int *found) {
    memset(results, 0, 64);
    *found = 1;
    return 0;
}
