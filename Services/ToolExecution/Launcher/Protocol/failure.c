#include "Protocol/failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char reason[512];

const char *failure_reason(void) { return reason; }

bool fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return false;
}

bool fail_errno(const char *format, ...) {
    int error = errno;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof reason) {
        snprintf(reason + length, sizeof reason - (size_t)length, ": %s", strerror(error));
    }
    return false;
}
