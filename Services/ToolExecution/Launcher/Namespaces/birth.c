#include "Namespaces/birth.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "Namespaces/enclosure.h"
#include "Protocol/failure.h"

enum {
    NAMESPACES = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
};

// What the zygote answers on the newborn's own socket, together with the pidfd.
struct birth_answer {
    pid_t process; // 0 when there is none
    int error;
};

static bool explain_clone(void) {
    if (errno == EPERM) return fail("namespaces: not permitted here; user namespaces are switched off or a seccomp profile forbids them");
    if (errno == ENOSPC || errno == EUSERS) return fail("namespaces: the limit in /proc/sys/user or the nesting depth is reached");
    if (errno == EINVAL) return fail("namespaces: this kernel lacks one of them");
    return fail_errno("namespaces");
}

// In the new process this does not return.
static long clone_newborn(const struct birth *birth, int *handle, bool parent_holds) {
    unsigned long namespaces = birth->tier == TIER_NAMESPACES ? NAMESPACES : 0;
    long process = syscall(SYS_clone, namespaces | CLONE_PIDFD | SIGCHLD, NULL, handle, NULL, 0);
    if (process == 0) enclosure_run(birth, parent_holds);
    return process;
}

bool birth_here(const struct birth *birth, struct newborn *newborn) {
    long process = clone_newborn(birth, &newborn->handle, true);
    newborn->process = process > 0 ? (pid_t)process : 0;
    newborn->is_child = true;
    return process > 0 || explain_clone();
}

union control {
    char bytes[CMSG_SPACE(sizeof(int[BIRTH_DESCRIPTORS]))];
    struct cmsghdr alignment;
};

static bool send_with(int socket, void *bytes, size_t length, const int *descriptors, size_t count) {
    union control control = {0};
    struct iovec part = {.iov_base = bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
    }
    ssize_t sent;
    do sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)length;
}

// Returns the bytes received, 0 at the end; descriptors that come along close on exec.
static ssize_t receive_with(int socket, void *bytes, size_t length, int *descriptors, size_t *count) {
    union control control;
    struct iovec part = {.iov_base = bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t received;
    do received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (received < 0 && errno == EINTR);
    *count = 0;
    if (received <= 0) return received;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_type != SCM_RIGHTS) return received;
    *count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(descriptors, CMSG_DATA(header), *count * sizeof(int));
    return received;
}

bool birth_by_zygote(int requests, int ours, const struct birth *birth, struct newborn *newborn) {
    int descriptors[BIRTH_DESCRIPTORS];
    size_t count = 0;
    for (int i = 0; i < BIRTH_DESCRIPTORS; i++) {
        if (birth->descriptors[i] >= 0) descriptors[count++] = birth->descriptors[i];
    }
    struct birth copy = *birth;
    struct birth_answer answer = {0};
    int received[BIRTH_DESCRIPTORS];
    bool asked = send_with(requests, &copy, sizeof copy, descriptors, count) || fail_errno("zygote: asking");
    // Without a copy here the answer ends when the zygote does.
    close(birth->descriptors[BIRTH_SOCKET]);
    if (!asked) return false;
    ssize_t length = receive_with(ours, &answer, sizeof answer, received, &count);
    if (length != sizeof answer) return fail("zygote: it is gone");
    errno = answer.error;
    if (answer.process <= 0) return explain_clone();
    if (count != 1) return fail("zygote: no handle of the new process");
    *newborn = (struct newborn){.process = answer.process, .handle = received[0], .is_child = false};
    return true;
}

bool birth_serve(int requests) {
    struct birth birth;
    int descriptors[BIRTH_DESCRIPTORS];
    size_t count = 0, next = 0;
    ssize_t length = receive_with(requests, &birth, sizeof birth, descriptors, &count);
    if (length == 0) return false;
    if (length == sizeof birth && count > 0) {
        bool complete = true;
        for (int i = 0; i < BIRTH_DESCRIPTORS; i++) {
            if (birth.descriptors[i] < 0) continue;
            complete &= next < count;
            birth.descriptors[i] = next < count ? descriptors[next++] : -1;
        }
        int handle = -1;
        // Without a handle of its control groups the newborn would be outside of them.
        errno = EMFILE;
        long process = complete ? clone_newborn(&birth, &handle, false) : -1;
        struct birth_answer answer = {.process = process > 0 ? (pid_t)process : 0, .error = process > 0 ? 0 : errno};
        // When nobody takes the answer, the newborn finds nobody on its socket and ends.
        if (!send_with(birth.descriptors[BIRTH_SOCKET], &answer, sizeof answer, &handle, process > 0 ? 1 : 0)) errno = 0;
        if (handle >= 0) close(handle);
    }
    for (size_t i = 0; i < count; i++) close(descriptors[i]);
    return true;
}
