import Testing
import WireProtocol

@Suite("Ids")
struct TypeIDTests {
    @Test("an id is read as it was written, at both ends of its range and in between")
    func roundTrips() throws {
        var high: UInt64 = 0x9e37_79b9_7f4a_7c15
        for _ in 0..<1000 {
            high = high &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let identifier = AgentID((high: high, low: high &* 0xbf58_476d_1ce4_e5b9))
            #expect(AgentID(identifier.description) == identifier)
            #expect(UUIDBytes(identifier.uuid.description) == identifier.uuid)
        }
        let first = RunID((high: 0, low: 0))
        #expect(first.description == "run_00000000000000000000000000")
        #expect(RunID(first.description) == first)
        let last = RunID((high: .max, low: .max))
        #expect(last.description == "run_7zzzzzzzzzzzzzzzzzzzzzzzzz")
        #expect(RunID(last.description) == last)
    }

    @Test("the text is that of the TypeID specification")
    func specification() throws {
        let uuid = try #require(UUIDBytes("01890a5d-ac96-774b-bcce-b302099a8057"))
        #expect(UserID(uuid).description == "usr_01h455vb4pex5vsknk084sn02q")
        #expect(uuid.description == "01890a5d-ac96-774b-bcce-b302099a8057")
    }

    @Test("ids in the order of their bits are in the order of their texts")
    func order() {
        let early = FileID((high: 1, low: .max))
        let late = FileID((high: 2, low: 0))
        #expect(early < late)
        #expect(early.description < late.description)
    }

    @Test(
        "what is not exactly such an id is refused",
        arguments: [
            "", "agt", "agt_", "usr_01h455vb4pex5vsknk084sn02q", "agt_01h455vb4pex5vsknk084sn02", "agt_01h455vb4pex5vsknk084sn02qq",
            "agt_81h455vb4pex5vsknk084sn02q", "agt_01H455VB4PEX5VSKNK084SN02Q", "AGT_01h455vb4pex5vsknk084sn02q",
            "agt_01h455vb4pex5vsknk084sn0iq", "agt_01h455vb4pex5vsknk084sn0uq", "agt-01h455vb4pex5vsknk084sn02q",
            "agt_01h455vb4pex5vsknk084sn02\u{0}", "agt_01h455vb4pex5vsknk084sn0é", " agt_01h455vb4pex5vsknk084sn02q",
        ])
    func refusals(text: String) {
        #expect(AgentID(text) == nil)
    }

    @Test(
        "what is not exactly a UUID is refused",
        arguments: [
            "", "01890a5dac96774bbcceb302099a8057", "01890a5d-ac96-774b-bcce-b302099a805", "01890a5d-ac96-774b-bcce-b302099a80577",
            "01890a5dxac96-774b-bcce-b302099a8057", "0189-a5d-ac96-774b-bcce-b302099a8057", "g1890a5d-ac96-774b-bcce-b302099a8057",
        ])
    func uuidRefusals(text: String) {
        #expect(UUIDBytes(text) == nil)
    }
}
