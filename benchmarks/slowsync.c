/* Adds a millisecond to each fsync and fdatasync, as disks without a battery have: LD_PRELOAD this. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static void pause_a_millisecond(void) {
    struct timespec span = {0, 1000000};
    nanosleep(&span, 0);
}

int fsync(int descriptor) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    pause_a_millisecond();
    return real(descriptor);
}

int fdatasync(int descriptor) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    pause_a_millisecond();
    return real(descriptor);
}
