#include "Payload/program.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MAX_TERMINAL_SIZE = 1000, REPORT_FLOOR = 98 };

void descriptor_close(int *descriptor) {
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
}

static const char *take_text(struct program *program, struct reader *reader) {
    char *text = program->text + program->used;
    get_name(reader, text, sizeof program->text - program->used);
    program->used += strlen(text) + 1;
    return text;
}

bool program_read(struct program *program, struct reader *reader) {
    program->used = 0;
    program->folder = take_text(program, reader);
    uint32_t count = get_u32(reader);
    if (count == 0 || count > MAX_PROGRAM_ARGUMENTS) return false;
    for (uint32_t i = 0; i < count && !reader->broken; i++) program->arguments[i] = take_text(program, reader);
    program->arguments[count] = NULL;
    program->variable_count = get_u32(reader);
    if (reader->broken || program->variable_count > MAX_OWN_VARIABLES) return false;
    for (size_t i = 0; i < program->variable_count && !reader->broken; i++) {
        program->variables[i] = take_text(program, reader);
        if (strchr(program->variables[i], '=') == NULL) return false;
    }
    return !reader->broken;
}

// Both sides of what connects a program with us.
struct connection {
    struct program_ends ours, theirs;
    int report[2];
};

static bool open_pipe(int *reading, int *writing, const int *ours) {
    int pair[2];
    if (pipe2(pair, O_CLOEXEC) != 0) return false;
    *reading = pair[0];
    *writing = pair[1];
    return fcntl(*ours, F_SETFL, O_NONBLOCK) == 0;
}

static bool open_terminal(struct connection *connection) {
    int locked = 0;
    int ours = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    connection->ours.output = ours;
    if (ours < 0 || ioctl(ours, TIOCSPTLCK, &locked) != 0) return false;
    connection->ours.input = fcntl(ours, F_DUPFD_CLOEXEC, 3);
    int theirs = ioctl(ours, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    connection->theirs = (struct program_ends){.input = theirs, .output = theirs, .errors = theirs};
    return connection->ours.input >= 0 && theirs >= 0;
}

static bool connect_program(struct connection *connection, uint32_t flags) {
    const struct program_ends none = {-1, -1, -1};
    *connection = (struct connection){.ours = none, .theirs = none, .report = {-1, -1}};
    if (pipe2(connection->report, O_CLOEXEC) != 0) return false;
    struct program_ends *ours = &connection->ours, *theirs = &connection->theirs;
    if ((flags & WITH_TERMINAL) != 0) return open_terminal(connection);
    if ((flags & WITH_INPUT) != 0 && !open_pipe(&theirs->input, &ours->input, &ours->input)) return false;
    return open_pipe(&ours->output, &theirs->output, &ours->output) && open_pipe(&ours->errors, &theirs->errors, &ours->errors);
}

static void close_ends(struct program_ends *ends) {
    if (ends->errors == ends->output) ends->errors = -1;
    if (ends->input == ends->output) ends->input = -1;
    descriptor_close(&ends->input);
    descriptor_close(&ends->output);
    descriptor_close(&ends->errors);
}

// In the child: never returns.
static void become(const struct program *program, const struct configuration *configuration, const struct connection *connection,
                   bool has_terminal) {
    const struct program_ends *ends = &connection->theirs;
    bool placed = (ends->input < 0 || dup2(ends->input, 0) >= 0) && dup2(ends->output, 1) >= 0 && dup2(ends->errors, 2) >= 0;
    int report = placed ? fcntl(connection->report[1], F_DUPFD_CLOEXEC, REPORT_FLOOR) : -1;
    if (report < 0) _exit(126);
    close_range(3, (unsigned)report - 1, 0);
    close_range((unsigned)report + 1, ~0u, 0);
    const struct payload payload = {
        .arguments = program->arguments,
        .folder = program->folder,
        .variables = program->variables,
        .variable_count = program->variable_count,
        .terminal = has_terminal ? 0 : -1,
    };
    payload_become(&payload, configuration, report);
}

pid_t program_start(const struct program *program, const struct configuration *configuration, uint32_t flags, struct program_ends *ends,
                    struct payload_fault *fault) {
    *fault = (struct payload_fault){.is_folder = false};
    struct connection connection;
    pid_t process = connect_program(&connection, flags) ? payload_fork(false) : -1;
    if (process == 0) become(program, configuration, &connection, (flags & WITH_TERMINAL) != 0);
    if (process < 0) fault->error = errno;
    descriptor_close(&connection.report[1]);
    close_ends(&connection.theirs);
    if (process > 0 && !payload_await(connection.report[0], process, fault)) process = -1;
    descriptor_close(&connection.report[0]);
    if (process < 0) close_ends(&connection.ours);
    *ends = connection.ours;
    return process < 0 ? 0 : process;
}

void terminal_resize(int terminal, uint32_t rows, uint32_t columns) {
    if (rows == 0 || columns == 0 || rows > MAX_TERMINAL_SIZE || columns > MAX_TERMINAL_SIZE) return;
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    ioctl(terminal, TIOCSWINSZ, &size);
}
