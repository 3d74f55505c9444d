#pragma once
#include <errno.h>
#include <malloc.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/// `epoll_ctl` with a 64-bit data word, which Swift cannot reach through the union.
static inline int system_epoll_ctl(int epoll, int operation, int descriptor, uint32_t events, uint64_t data) {
    struct epoll_event event;
    event.events = events;
    event.data.u64 = data;
    return epoll_ctl(epoll, operation, descriptor, &event);
}

static inline uint64_t system_epoll_data(const struct epoll_event *_Nonnull event) { return event->data.u64; }

/// `accept4` with a descriptor that does not block and is closed on exec. GNU only, so Swift does not see it.
int accept4(int descriptor, struct sockaddr *_Nullable address, socklen_t *_Nullable length, int flags);
static inline int system_accept(int listener, struct sockaddr *_Nonnull address, socklen_t *_Nonnull length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/// A stream socket of the family that does not block and is closed on exec.
static inline int system_stream_socket(int family) { return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

/// Names the calling thread, at most 15 bytes, for `top` and debuggers.
int prctl(int option, ...);
static inline void system_name_thread(const char *_Nonnull name) { prctl(15 /* PR_SET_NAME */, name, 0, 0, 0); }

/// The stream addresses of a host, by the system's resolver. It blocks.
static inline int system_resolve(const char *_Nonnull host, struct addrinfo *_Nullable *_Nonnull list) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    return getaddrinfo(host, 0, &hints, list);
}

/// A descriptor that becomes readable when the child has ended.
static inline int system_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

/// Signals a child through its descriptor, so that never a stranger with the same number is hit.
static inline int system_pidfd_signal(int descriptor, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, descriptor, signal, 0, 0);
}

/// Takes an ended child: its exit code, or 256 plus the signal that ended it; -errno when it cannot be told.
static inline int system_pidfd_wait(int descriptor) {
    siginfo_t info = {0};
    if (waitid((idtype_t)3 /* P_PIDFD */, descriptor, &info, WEXITED) < 0) return -errno;
    return info.si_code == CLD_EXITED ? info.si_status : 256 + info.si_status;
}

/// A descriptor that becomes readable when one of the signals in the set has come.
static inline int system_signal_descriptor(const sigset_t *_Nonnull set) { return signalfd(-1, set, SFD_NONBLOCK | SFD_CLOEXEC); }

/// Reads one signal's number; 0 when none is there.
static inline int system_read_signal(int descriptor) {
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

/// A connected pair of unix stream sockets that do not block and are closed on exec.
static inline int system_socket_pair(int *_Nonnull pair) {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair);
}
