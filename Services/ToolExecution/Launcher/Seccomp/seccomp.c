#include "Seccomp/seccomp.h"

#include <asm/termbits.h>
#include <asm/ioctls.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "Protocol/failure.h"

#ifndef __NR_cachestat
#define __NR_cachestat 451
#endif
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#define OTHER_ABI_BIT 0x40000000u // x32 calls carry this bit
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#define OTHER_ABI_BIT 0u
#else
#error "no seccomp policy for this machine"
#endif

enum { NEWEST_KNOWN_CALL = __NR_fchmodat2 };

struct condition {
    uint8_t argument;
    uint32_t mask, value;
};

enum verdict { ALLOWED, REFUSED, MISSING, MISSING_WITHOUT_MEMORY_LIMIT, REFUSED_WITHOUT_NAMESPACES, REFUSED_WITHOUT_USER };

struct rule {
    int call;
    enum verdict verdict;
    uint8_t condition_count;
    struct condition conditions[2];
};

#define ALLOW(call) {__NR_##call, ALLOWED, 0, {{0}}},
#define ALLOW_IF(call, argument, mask, value) {__NR_##call, ALLOWED, 1, {{argument, mask, value}}},
#define ALLOW_IF_BOTH(call, a, a_mask, a_value, b, b_mask, b_value) {__NR_##call, ALLOWED, 2, {{a, a_mask, a_value}, {b, b_mask, b_value}}},
#define REFUSE_IF(call, argument, mask, value) {__NR_##call, REFUSED, 1, {{argument, mask, value}}},
#define ABSENT(call) {__NR_##call, MISSING, 0, {{0}}},
#define ABSENT_WITHOUT_MEMORY_LIMIT(call) {__NR_##call, MISSING_WITHOUT_MEMORY_LIMIT, 0, {{0}}},
#define REFUSE_WITHOUT_NAMESPACES(call) {__NR_##call, REFUSED_WITHOUT_NAMESPACES, 0, {{0}}},
#define REFUSE_WITHOUT_USER(call) {__NR_##call, REFUSED_WITHOUT_USER, 0, {{0}}},

static const struct rule rules[] = {
#include "Seccomp/policy.def"
};

enum { RULE_COUNT = sizeof rules / sizeof rules[0], PROGRAM_CAPACITY = 4096 };

static struct sock_filter program[PROGRAM_CAPACITY + 2];
static unsigned short program_length;

static void emit(struct sock_filter instruction) {
    if (program_length < PROGRAM_CAPACITY) program[program_length++] = instruction;
}

static void emit_load(size_t offset) { emit((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset)); }
static void emit_return(uint32_t action) { emit((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action)); }

// The lower half of an argument: the kernel itself looks at no more of those that the policy compares.
static size_t argument_offset(uint8_t argument) {
    return offsetof(struct seccomp_data, args) + 8u * argument + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0);
}

static uint32_t action_of(enum verdict verdict, bool memory_limited) {
    switch (verdict) {
    case ALLOWED: return SECCOMP_RET_ALLOW;
    case REFUSED:
    case REFUSED_WITHOUT_NAMESPACES:
    case REFUSED_WITHOUT_USER: return SECCOMP_RET_ERRNO | EPERM;
    case MISSING: return SECCOMP_RET_ERRNO | ENOSYS;
    case MISSING_WITHOUT_MEMORY_LIMIT: return memory_limited ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | ENOSYS;
    }
    return SECCOMP_RET_ERRNO | EPERM;
}

// What the sandbox has, as far as the policy asks.
struct circumstances {
    bool memory_limited, has_namespaces, has_user;
};

static bool applies(const struct rule *rule, struct circumstances sandbox) {
    return !(rule->verdict == REFUSED_WITHOUT_NAMESPACES && sandbox.has_namespaces)
           && !(rule->verdict == REFUSED_WITHOUT_USER && sandbox.has_user);
}

// Calls that follow on each other and get one answer, whatever their arguments are; or a single call, when they matter.
struct segment {
    uint32_t first;
    uint32_t action;
    const struct rule *conditional; // the first rule of the call that applies; NULL when arguments do not matter
};

static struct segment segments[NEWEST_KNOWN_CALL + 1];

static size_t divide(struct circumstances sandbox) {
    static const struct rule *deciding[NEWEST_KNOWN_CALL + 1];
    memset(deciding, 0, sizeof deciding);
    for (size_t i = 0; i < RULE_COUNT; i++) {
        int call = rules[i].call;
        if (call <= NEWEST_KNOWN_CALL && deciding[call] == NULL && applies(&rules[i], sandbox)) deciding[call] = &rules[i];
    }
    size_t count = 0;
    for (uint32_t call = 0; call <= NEWEST_KNOWN_CALL; call++) {
        const struct rule *rule = deciding[call];
        struct segment segment = {.first = call, .action = SECCOMP_RET_ERRNO | EPERM};
        if (rule != NULL && rule->condition_count > 0) segment.conditional = rule;
        else if (rule != NULL) segment.action = action_of(rule->verdict, sandbox.memory_limited);
        const struct segment *before = &segments[count - (count > 0)];
        bool joins = count > 0 && before->conditional == NULL && segment.conditional == NULL && before->action == segment.action;
        if (!joins) segments[count++] = segment;
    }
    return count;
}

// Jumps over the rest of the rule when it does not apply.
static void emit_rule(const struct rule *rule, bool memory_limited) {
    for (uint8_t i = 0; i < rule->condition_count; i++) {
        const struct condition *condition = &rule->conditions[i];
        emit_load(argument_offset(condition->argument));
        emit((struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, condition->mask));
        uint8_t rest = (uint8_t)(1 + 3 * (rule->condition_count - i - 1));
        emit((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, condition->value, 0, rest));
    }
    emit_return(action_of(rule->verdict, memory_limited));
}

// The rules of a call in their order; one without a condition is the last that is reached.
static void emit_segment(const struct segment *segment, struct circumstances sandbox) {
    bool decided = false;
    for (const struct rule *rule = segment->conditional; rule != NULL && rule < rules + RULE_COUNT && !decided; rule++) {
        if (rule->call != segment->conditional->call || !applies(rule, sandbox)) continue;
        emit_rule(rule, sandbox.memory_limited);
        decided = rule->condition_count == 0;
    }
    if (!decided) emit_return(segment->action);
}

// Halves the segments until one is left: the kernel walks through the program for every call's number when it is installed.
static void emit_choice(size_t low, size_t high, struct circumstances sandbox) {
    if (high - low == 1) return emit_segment(&segments[low], sandbox);
    size_t middle = low + (high - low) / 2;
    unsigned short place = program_length;
    emit((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, segments[middle].first, 0, 1));
    emit((struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
    emit_choice(low, middle, sandbox);
    program[place + 1].k = (uint32_t)(program_length - place - 2);
    emit_choice(middle, high, sandbox);
}

bool seccomp_compile(bool memory_limited, bool has_namespaces, bool has_user) {
    struct circumstances sandbox = {memory_limited, has_namespaces, has_user};
    program_length = 0;
    emit_load(offsetof(struct seccomp_data, arch));
    emit((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0));
    emit_return(SECCOMP_RET_KILL_PROCESS);
    emit_load(offsetof(struct seccomp_data, nr));
    if (OTHER_ABI_BIT != 0) {
        emit((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, OTHER_ABI_BIT, 0, 1));
        emit_return(SECCOMP_RET_KILL_PROCESS);
    }
    emit((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, NEWEST_KNOWN_CALL, 0, 1));
    emit_return(SECCOMP_RET_ERRNO | ENOSYS);
    emit_choice(0, divide(sandbox), sandbox);
    return program_length < PROGRAM_CAPACITY || fail("seccomp: the policy is too long");
}

bool seccomp_install(void) {
    struct sock_fprog filter = {.len = program_length, .filter = program};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0) return fail_errno("seccomp: installing");
    return true;
}
