/* Stands in for the driver's library; build.sh adds the rest as functions that return 0. */
int cuDriverGetVersion(int *version) { *version = 13010; return 0; }
int cuDevicePrimaryCtxGetState(int device, unsigned *flags, int *active) { *flags = 0; *active = 1; return 0; }
