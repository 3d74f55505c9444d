#include "Protocol/configuration.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "Protocol/failure.h"
#include "Protocol/protocol.h"

#define MEBIBYTE (1024ull * 1024)

struct number_setting {
    const char *key;
    size_t offset;
    uint64_t initial, low, high;
};

#define NUMBER(field, initial, low, high) {#field, offsetof(struct configuration, field), initial, low, high}

static const struct number_setting numbers[] = {
    NUMBER(memory_bytes, 512 * MEBIBYTE, 16 * MEBIBYTE, 1024 * 1024 * MEBIBYTE),
    NUMBER(disk_bytes, 256 * MEBIBYTE, 1 * MEBIBYTE, 1024 * 1024 * MEBIBYTE),
    NUMBER(output_bytes, 1 * MEBIBYTE, 1024, 1024 * MEBIBYTE),
    NUMBER(disk_inodes, 16384, 64, 1 << 24),
    NUMBER(processes, 64, 4, 1 << 16),
    NUMBER(open_files, 1024, 128, 1 << 20),
    NUMBER(cpu_percent, 0, 0, 100000),
    NUMBER(cpu_seconds, 0, 0, 1 << 30),
};

static uint64_t *number_at(struct configuration *configuration, const struct number_setting *setting) {
    return (uint64_t *)(void *)((char *)configuration + setting->offset);
}

static bool parse_number(struct configuration *configuration, const struct number_setting *setting, const char *value) {
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(value, &end, 10);
    if (errno != 0 || end == value || *end != 0 || value[0] == '-') return fail("configuration: %s is not a number", setting->key);
    if (number < setting->low || number > setting->high) {
        return fail("configuration: %s must be %llu to %llu", setting->key, (unsigned long long)setting->low,
                    (unsigned long long)setting->high);
    }
    *number_at(configuration, setting) = number;
    return true;
}

static bool open_driver(struct interpreter_entry *entry, const char *path) {
    entry->driver = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (entry->driver < 0) return fail_errno("configuration: driver %s", path);
    struct stat status;
    bool usable = fstat(entry->driver, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= MAX_DRIVER;
    return usable || fail("configuration: driver %s is not a readable file of at most %d bytes", path, MAX_DRIVER);
}

static bool plain_name(const char *name) {
    size_t length = strlen(name);
    return length > 0 && length < MAX_NAME_LENGTH && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789") == length;
}

// interpreter <name> <driver's path here> <program in the sandbox> <argument>…
static bool parse_interpreter(struct configuration *configuration, char *value, const int *drivers) {
    if (configuration->interpreter_count == MAX_INTERPRETERS) return fail("configuration: more than %d interpreters", MAX_INTERPRETERS);
    struct interpreter_entry *entry = &configuration->interpreters[configuration->interpreter_count];
    char *rest = value;
    const char *name = strsep(&rest, "\t");
    const char *driver = strsep(&rest, "\t");
    if (!plain_name(name) || driver == NULL || driver[0] != '/' || rest == NULL || rest[0] != '/') {
        return fail("configuration: an interpreter is a name, a driver's absolute path and a program's absolute path");
    }
    entry->name = name;
    size_t count = 0;
    while (rest != NULL) {
        if (count == MAX_ARGUMENTS) return fail("configuration: more than %d arguments", MAX_ARGUMENTS);
        entry->arguments[count++] = strsep(&rest, "\t");
    }
    snprintf(entry->place, sizeof entry->place, "/run/drivers/%s", name);
    entry->arguments[count++] = entry->place;
    entry->arguments[count] = NULL;
    entry->path = driver;
    configuration->interpreter_count += 1;
    if (drivers == NULL) return open_driver(entry, driver);
    entry->driver = drivers[configuration->interpreter_count - 1];
    return true;
}

static bool parse_line(struct configuration *configuration, char *line, const int *drivers) {
    char *value = line;
    const char *key = strsep(&value, "\t");
    if (value == NULL) return fail("configuration: a line without a value");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(key, numbers[i].key) == 0) return parse_number(configuration, &numbers[i], value);
    }
    if (strcmp(key, "interpreter") == 0) return parse_interpreter(configuration, value, drivers);
    if (strcmp(key, "bind") == 0) {
        if (value[0] != '/' || strstr(value, "/..") != NULL) return fail("configuration: a bind is an absolute path without ..");
        if (configuration->bind_count == MAX_BINDS) return fail("configuration: more than %d binds", MAX_BINDS);
        configuration->binds[configuration->bind_count++] = value;
        return true;
    }
    if (strcmp(key, "environment") == 0) {
        if (strchr(value, '=') == NULL || value[0] == '=') return fail("configuration: an environment line is NAME=VALUE");
        if (configuration->variable_count == MAX_VARIABLES) return fail("configuration: more than %d variables", MAX_VARIABLES);
        configuration->variables[configuration->variable_count++] = value;
        return true;
    }
    if (strcmp(key, "tier") == 0) {
        configuration->tier = strcmp(value, "landlock") == 0 ? TIER_LANDLOCK : TIER_NAMESPACES;
        return configuration->tier == TIER_LANDLOCK || strcmp(value, "namespaces") == 0 || fail("configuration: an unknown tier");
    }
    if (strcmp(key, "preload") == 0) {
        if (configuration->preload_count == MAX_PRELOADS) return fail("configuration: more than %d preloads", MAX_PRELOADS);
        configuration->preloads[configuration->preload_count++] = value;
        return true;
    }
    return fail("configuration: an unknown setting: %.40s", key);
}

bool configuration_parse(struct configuration *configuration, const void *text, size_t length, const int *drivers) {
    memset(configuration, 0, offsetof(struct configuration, text));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) *number_at(configuration, &numbers[i]) = numbers[i].initial;
    if (length > MAX_CONFIGURATION) return fail("configuration: longer than %d bytes", MAX_CONFIGURATION);
    if (length > 0 && memchr(text, 0, length) != NULL) return fail("configuration: a zero byte");
    if (length > 0) memcpy(configuration->text, text, length);
    configuration->text[length] = 0;
    char *rest = configuration->text;
    while (rest != NULL) {
        char *line = strsep(&rest, "\n");
        if (line[0] != 0 && !parse_line(configuration, line, drivers)) return false;
    }
    return true;
}
