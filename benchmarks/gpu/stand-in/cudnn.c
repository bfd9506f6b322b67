/* Stands in for what LibTorch asks of cuDNN when it says which one it has. */
unsigned long cudnnGetVersion(void) { return 91900; }
unsigned long cudnnGetCudartVersion(void) { return 13010; }
