/// Nobody has this address.
package struct UnknownPerson: Error, CustomStringConvertible {
    let email: String

    package var description: String { "nobody here has the address \(email)" }
}
