/* Stands in for what LibTorch needs of cuBLAS besides success. */
#include <stdlib.h>
int cublasCreate_v2(void **handle) { *handle = calloc(1, 64); return 0; }
