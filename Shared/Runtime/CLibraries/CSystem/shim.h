#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>

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
