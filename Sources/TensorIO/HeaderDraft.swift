// A header that grows tensor by tensor, and what it will take in a file: so a program can know
// before it begins whether there is room for all that it means to write.

/// Tensors one after another, with the words about them.
public struct HeaderDraft: Sendable {
  /// The bytes of a file before its data: the most that a header may take.
  static let room = TensorHeader.writingLimit

  private let kind: String
  private(set) var metadata: [String: String]
  private(set) var entries: [TensorEntry] = []
  /// The bytes of the tensors so far.
  private(set) var dataByteCount = 0
  private var headerByteCount: Int
  private var paddings = 0

  /// Describes a file of some kind that has no tensor yet.
  public init(kind: String, metadata: [String: String]) {
    (self.kind, self.metadata) = (kind, metadata)
    let header = TensorHeader(kind: kind, metadata: metadata, entries: [])
    let (bytes, _) = header.encoded(checksum: Checksum.blank)
    headerByteCount = bytes.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
  }

  /// Whether a file has room for the header.
  public var fits: Bool { headerByteCount <= Self.room }

  /// Adds a tensor. Where the one before ends askew, bytes of padding come first, as a tensor
  /// `padding.0`, `padding.1`, …, for the format knows no holes; returns how many.
  @discardableResult
  public mutating func append(_ entry: TensorEntry) -> Int {
    let askew = dataByteCount % entry.type.byteCount
    let padding = askew == 0 ? 0 : entry.type.byteCount - askew
    if padding > 0 {
      add(TensorEntry("padding.\(paddings)", .u8, [padding]))
      paddings += 1
    }
    add(entry)
    return padding
  }

  /// Adds words about the content.
  ///
  /// - Precondition: there are none of that name.
  public mutating func note(_ key: String, _ words: String) {
    precondition(metadata.updateValue(words, forKey: key) == nil, "two \(key)")
    headerByteCount += "\(JSONValue.string(key)):\(JSONValue.string(words)),".utf8.count
  }

  private mutating func add(_ entry: TensorEntry) {
    headerByteCount += entry.json(at: dataByteCount).utf8.count + 1
    entries.append(entry)
    dataByteCount += entry.byteCount
  }

  /// The header as it is so far.
  var header: TensorHeader { TensorHeader(kind: kind, metadata: metadata, entries: entries) }
}
