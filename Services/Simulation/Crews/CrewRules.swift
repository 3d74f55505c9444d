package import WireProtocol

/// What must hold between the parts of a crew, beyond what the schema says of each.
package struct CrewRules {
    private let crew: Crew

    package init(_ crew: Crew) { self.crew = crew }

    /// Everything that is wrong, each with its place.
    package var violations: [FieldError] {
        InputRules.violations(of: crew.inputs) + duplicates + processViolations + contextViolations
    }

    private var duplicates: [FieldError] {
        repeated(crew.members.map(\.name)).map { FieldError(pointer: "/members/\($0)/name", detail: "is the name of another member") }
            + repeated(crew.tasks.map(\.name)).map { FieldError(pointer: "/tasks/\($0)/name", detail: "is the name of another task") }
    }

    /// The places of names that stood there before.
    private func repeated(_ names: [String]) -> [Int] {
        var seen: Set<String> = []
        return names.indices.filter { !seen.insert(names[$0]).inserted }
    }

    private var processViolations: [FieldError] {
        let names = Set(crew.members.map(\.name))
        var errors: [FieldError] = []
        switch (crew.process, crew.manager) {
        case (.hierarchical, nil): errors.append(FieldError(pointer: "/manager", detail: "is needed by a hierarchical crew"))
        case (.hierarchical, let manager?):
            if !names.contains(manager) { errors.append(FieldError(pointer: "/manager", detail: "names no member")) }
            if names == [manager] { errors.append(FieldError(pointer: "/members", detail: "need somebody besides the manager")) }
        case (_, _?): errors.append(FieldError(pointer: "/manager", detail: "has only a hierarchical crew"))
        case (_, nil): break
        }
        for (index, task) in crew.tasks.enumerated() {
            let pointer = "/tasks/\(index)/member"
            switch task.member {
            case nil where crew.process == .sequential:
                errors.append(FieldError(pointer: pointer, detail: "is needed in a sequential crew"))
            case let member? where !names.contains(member): errors.append(FieldError(pointer: pointer, detail: "names no member"))
            case let member? where member == crew.manager:
                errors.append(FieldError(pointer: pointer, detail: "is the manager, who does no task"))
            default: break
            }
        }
        return errors
    }

    private var contextViolations: [FieldError] {
        var errors: [FieldError] = []
        let places = Dictionary(crew.tasks.enumerated().map { ($1.name, $0) }) { first, _ in first }
        for (index, task) in crew.tasks.enumerated() {
            for (position, name) in (task.context ?? []).enumerated() {
                let pointer = "/tasks/\(index)/context/\(position)"
                if places[name] == nil { errors.append(FieldError(pointer: pointer, detail: "names no task")) }
                if name == task.name { errors.append(FieldError(pointer: pointer, detail: "is the task itself")) }
            }
            for position in repeated(task.context ?? []) {
                errors.append(FieldError(pointer: "/tasks/\(index)/context/\(position)", detail: "was named before"))
            }
        }
        if errors.isEmpty, let place = cycle(places) {
            errors.append(FieldError(pointer: "/tasks/\(place.task)/context/\(place.position)", detail: "makes a cycle: \(place.path)"))
        }
        return errors
    }

    /// The first reference that closes a cycle.
    private func cycle(_ places: [String: Int]) -> (task: Int, position: Int, path: String)? {
        var path: [Int] = []
        var finished: Set<Int> = []
        func visit(_ task: Int) -> (task: Int, position: Int, path: String)? {
            path.append(task)
            defer { path.removeLast() }
            for (position, name) in (crew.tasks[task].context ?? []).enumerated() {
                guard let next = places[name], !finished.contains(next) else { continue }
                if let start = path.firstIndex(of: next) {
                    let names = (path[start...] + [next]).map { crew.tasks[$0].name }
                    return (task, position, names.joined(separator: " → "))
                }
                if let found = visit(next) { return found }
            }
            finished.insert(task)
            return nil
        }
        for task in crew.tasks.indices where !finished.contains(task) {
            if let found = visit(task) { return found }
        }
        return nil
    }
}
