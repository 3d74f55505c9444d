internal import JSON
internal import WireProtocol

/// What an effect gave, as its row has it: the array of an execution's events, or an object with what a request was answered.
enum EffectResult: Codable {
    case events([ExecutionEvent])
    case answer(JSONValue)

    private enum CodingKeys: String, CodingKey { case answer }

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: CodingKeys.self) {
            self = .answer(try container.decode(JSONValue.self, forKey: .answer))
        } else {
            self = .events(try [ExecutionEvent](from: decoder))
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .events(let events): try events.encode(to: encoder)
        case .answer(let answer):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(answer, forKey: .answer)
        }
    }
}
