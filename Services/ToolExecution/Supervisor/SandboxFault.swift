internal import Glibc
internal import ServiceKit
internal import WireProtocol

/// No sandbox could be made, or one could not do what every sandbox can; the reason is the launcher's.
struct SandboxFailure: ProblemConvertible, CustomStringConvertible {
    let description: String

    var problem: Problem { Problem(.sandboxUnavailable, detail: description) }
}

/// The sandbox ended while something was asked of it.
struct SandboxGone: ProblemConvertible {
    var problem: Problem { Problem(.sandboxEnded) }
}

/// Something that a sandbox could not do for a reason of its own: the kernel's error and what it is about.
struct SandboxFault: ProblemConvertible, Equatable {
    /// An `errno`.
    var code: Int32
    /// A path, a program, or what was to be had.
    var subject: String

    /// For people; without the numbers of errors.
    var detail: String { "\(subject): \(reason)" }

    private var reason: String {
        switch code {
        case ENOENT: "no such file or folder"
        case EACCES, EPERM: "permission denied"
        case ELOOP: "a link that cannot be followed"
        case EXDEV: "outside of /home/user and /tmp"
        case ENOTDIR: "not a folder"
        case EISDIR: "a folder"
        case EEXIST: "it is there already"
        case ENOTEMPTY: "the folder is not empty"
        case ENOSPC, EDQUOT, EFBIG: "the disk is full"
        case E2BIG: "its arguments are too long"
        case ENOEXEC: "not a program that can be run here"
        case EAGAIN, EMFILE, ENFILE, ENOMEM: "too many of them at once"
        case ENAMETOOLONG: "the name is too long"
        default: "not possible"
        }
    }

    /// As an answer: what is missing is 404, a state that is in the way 409, no room 507.
    var problem: Problem {
        switch code {
        case ENOENT: Problem(.notFound, detail: detail)
        case EEXIST, ENOTEMPTY, EISDIR, ENOTDIR: Problem(.conflict, detail: detail)
        case ENOSPC, EDQUOT, EFBIG: Problem(.storageFull, detail: detail)
        case EAGAIN, EMFILE, ENFILE, ENOMEM: Problem(.quotaExceeded, detail: detail)
        default: Problem(.validationFailed, detail: detail)
        }
    }
}
