internal import WireProtocol

extension SimulationState {
    /// What comes next.
    enum Step: Hashable {
        /// It is a member's turn.
        case turn(TurnPurpose, member: String, task: Int?)
        /// All is done and said.
        case wait
    }

    /// What comes next when nobody speaks. People are answered first; then the tasks go on.
    var step: Step {
        if unanswered > 0, let nextReplier { return .turn(.reply, member: nextReplier, task: nil) }
        guard let task = order.first(where: { tasks[$0].outcome == nil }) else { return .wait }
        let progress = tasks[task]
        guard let member = progress.member else { return .turn(.assign, member: plan.manager ?? "", task: task) }
        if progress.isToBeReviewed { return .turn(.review, member: plan.manager ?? "", task: task) }
        return .turn(.work, member: member, task: task)
    }

    /// What follows from what a member said, besides that it was said.
    func consequences(of content: String, in turn: OpenTurn) -> [SimulationEvent] {
        guard let place = turn.task else { return [] }
        let (task, progress) = (plan.tasks[place].name, tasks[place])
        switch turn.purpose {
        case .work:
            if plan.process == .hierarchical { return [] }
            return [.taskCompleted(TaskCompleted(task: task, member: turn.member.name, outcome: .completed))]
        case .assign:
            let names = plan.workers.map(\.name)
            // A manager who names nobody leaves it to turn and turn about.
            guard let member = ManagerReply.assignee(in: content, among: names) ?? names.dropFirst(place % max(1, names.count)).first else {
                return []
            }
            return [.taskAssigned(TaskAssigned(task: task, member: member))]
        case .review:
            let member = progress.member ?? ""
            let verdict = ManagerReply.verdict(content)
            if verdict.isAccepted { return [.taskCompleted(TaskCompleted(task: task, member: member, outcome: .accepted))] }
            let feedback = verdict.feedback.cut(to: 8000)
            if progress.revisions < plan.maxRevisions {
                return [.taskReturned(TaskReturned(task: task, member: member, revision: progress.revisions + 1, feedback: feedback))]
            }
            return [.taskCompleted(TaskCompleted(task: task, member: member, outcome: .notAccepted, feedback: feedback))]
        case .reply, .unknown: return []
        }
    }
}
