import SimulationService
import Testing

@Suite("What a manager means", .timeLimit(.minutes(15)))
struct ManagerReplyTests {
    @Test(
        "the member who is named",
        arguments: [
            ("bert", "bert"), ("**Bert**", "bert"), ("I choose bert, not anna.", "bert"),
            ("Anna-Lena is good; bert is better", "anna-lena"),
            ("anna", "anna"), ("Assign to: anna\n", "anna"), ("It is annabel's.", nil), ("", nil), ("…\n\n`anna-lena`.", "anna-lena"),
            ("bert or anna?\nanna", "anna"),
        ] as [(String, String?)])
    func assignee(reply: String, name: String?) {
        #expect(ManagerReply.assignee(in: reply, among: ["anna", "anna-lena", "bert"]) == name)
    }

    @Test(
        "whether it is accepted, and what is missing",
        arguments: [
            ("ACCEPT", true, ""), ("**Accepted**: fine", true, ""), ("approve.", true, ""),
            ("REVISE: more sources\n", false, "more sources"),
            ("Reject - too short", false, "too short"), ("revise", false, "It is not as expected."),
            ("Looks good to me", false, "Looks good to me"), ("", false, "It is not as expected."), ("Unacceptable", false, "Unacceptable"),
            ("Accepting this would be wrong", false, "Accepting this would be wrong"),
        ])
    func verdict(reply: String, isAccepted: Bool, feedback: String) {
        let verdict = ManagerReply.verdict(reply)
        #expect(verdict.isAccepted == isAccepted && verdict.feedback == feedback)
    }
}
