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
            ("ACCEPT", true, ""), ("**Accept!**", true, ""), ("\n `accept`. \n", true, ""), ("ACCEPT\r\n\r\nWell done.", true, ""),
            ("Accept? No, sources are missing.", false, "Accept? No, sources are missing."), ("ACCEPT?", false, "ACCEPT?"),
            ("ACCEPT: fine", false, "ACCEPT: fine"), ("Accepted.", false, "Accepted."), ("I ACCEPT", false, "I ACCEPT"),
            ("ACCEPT or REVISE", false, "ACCEPT or REVISE"), ("Do not\nACCEPT", false, "Do not\nACCEPT"),
            ("Not yet.\nREVISE: more\nACCEPT", false, "Not yet.\nREVISE: more\nACCEPT"), ("ACCEPT\u{301}", false, "ACCEPT\u{301}"),
            ("REVISE: ACCEPT", false, "ACCEPT"), ("Looks good to me", false, "Looks good to me"), ("Unacceptable", false, "Unacceptable"),
            ("REVISE: more sources\n", false, "more sources"), ("**Revise** - 2 are too short", false, "2 are too short"),
            ("revise", false, "It is not as expected."), ("", false, "It is not as expected."), ("…\n", false, "It is not as expected."),
        ])
    func verdict(reply: String, isAccepted: Bool, feedback: String) {
        let verdict = ManagerReply.verdict(reply)
        #expect(verdict.isAccepted == isAccepted && verdict.feedback == feedback)
    }
}
