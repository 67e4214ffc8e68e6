// What a tensor file holds: its tensors in file order and the words about them. The same value is
// made by a program that writes and by the reader; `HeaderReader` and `encoded` know the bytes.

/// The description of a tensor file.
public struct TensorHeader: Sendable, Equatable {
  /// Words about the content, `tensorio.version` and `tensorio.kind` among them.
  ///
  /// "crc32" is never in it: the reader and the writer own that key.
  public var metadata: [String: String]
  /// The tensors in file order.
  public let entries: [TensorEntry]
  /// The checksum of the whole file as read; nil when it has none, and in a header to be written.
  public let crc32: UInt32?
  /// The bytes of all tensors.
  public let dataByteCount: Int

  /// Where each entry begins, in bytes from the beginning of the data.
  let offsets: [Int]
  private let indices: [String: Int]

  static let metadataName = "__metadata__"
  static let versionKey = "tensorio.version"
  static let kindKey = "tensorio.kind"
  static let checksumKey = "crc32"
  /// All keys of the namespace `tensorio.`
  static let ownKeys = [versionKey, kindKey]
  static let version = "1"

  /// Describes a file of some kind to be written.
  ///
  /// - Precondition: the names differ, and each tensor begins at a multiple of its element's size:
  ///   put the larger types first.
  public init(kind: String, metadata: [String: String] = [:], entries: [TensorEntry]) {
    precondition(metadata[Self.checksumKey] == nil, "the writer makes the crc32")
    var metadata = metadata
    metadata[Self.versionKey] = Self.version
    metadata[Self.kindKey] = kind
    self.init(metadata: metadata, entries: entries, crc32: nil)
    precondition(isAligned, "tensors must stand in an order that aligns each of them")
  }

  /// Describes a file as read; it may be misaligned.
  init(metadata: [String: String], entries: [TensorEntry], crc32: UInt32?) {
    self.metadata = metadata
    self.entries = entries
    self.crc32 = crc32
    var offsets: [Int] = []
    var indices: [String: Int] = [:]
    var end = 0
    for (index, entry) in entries.enumerated() {
      precondition(indices.updateValue(index, forKey: entry.name) == nil, "two \(entry.name)")
      offsets.append(end)
      end += entry.byteCount
    }
    self.offsets = offsets
    self.indices = indices
    dataByteCount = end
  }

  /// What the file is for: `images`, `checkpoint`, …; nil in files of other origin.
  public var kind: String? { metadata[Self.kindKey] }

  /// Whether another program wrote the file: it has no `tensorio.version`, and may lack a checksum.
  public var isForeign: Bool { metadata[Self.versionKey] == nil }

  /// The tensor of a name.
  public subscript(name: String) -> TensorEntry? { index(of: name).map { entries[$0] } }

  /// Where a tensor begins, in bytes from the beginning of the data.
  public func offset(of name: String) -> Int? { index(of: name).map { offsets[$0] } }

  func index(of name: String) -> Int? { indices[name] }

  /// Whether each tensor begins at a multiple of its element's size.
  var isAligned: Bool {
    zip(entries, offsets).allSatisfy { $1.isMultiple(of: $0.type.byteCount) }
  }
}
