// The description of a tensor file: its tensors in file order, and its metadata. Programs that write a
// file create it; the reader returns it. `HeaderReader` and `encoded` convert it from and to bytes.

/// The tensors and the metadata of a tensor file.
public struct TensorHeader: Sendable, Equatable {
  /// The metadata, `tensorio.version` and `tensorio.kind` included.
  ///
  /// It never contains `crc32`: the reader and the writer handle that key.
  public var metadata: [String: String]
  /// The tensors in file order.
  public let entries: [TensorEntry]
  /// The CRC-32 of the whole file that was read; nil if the file has none, and in a header to be
  /// written.
  public let crc32: UInt32?
  /// Whether another program has saved the file without a checksum. Our own files have one, or
  /// `none` if they were written to a pipe.
  public let hasNoChecksum: Bool
  /// The size of all tensors, in bytes.
  public let dataByteCount: Int

  /// The offset of each entry from the beginning of the data, in bytes.
  let offsets: [Int]
  private let indices: [String: Int]

  static let metadataName = "__metadata__"
  static let versionKey = "tensorio.version"
  static let kindKey = "tensorio.kind"
  static let checksumKey = "crc32"
  /// All keys of the namespace `tensorio.`
  static let ownKeys = [versionKey, kindKey]
  static let version = "1"

  /// Creates the description of a file to be written.
  ///
  /// - Parameters:
  ///   - kind: The content of the file, such as `images`: the metadata `tensorio.kind`.
  ///   - metadata: Further metadata, without `crc32`.
  ///   - entries: The tensors in file order.
  /// - Precondition: The names differ, and each tensor begins at a multiple of its element size: put
  ///   the larger types first.
  public init(kind: String, metadata: [String: String] = [:], entries: [TensorEntry]) {
    precondition(metadata[Self.checksumKey] == nil, "crc32 is reserved")
    var metadata = metadata
    metadata[Self.versionKey] = Self.version
    metadata[Self.kindKey] = kind
    self.init(metadata: metadata, entries: entries, crc32: nil)
    precondition(isAligned, "misaligned tensors; put the larger types first")
  }

  /// Creates the description of a file that was read; tensors may be misaligned.
  init(
    metadata: [String: String], entries: [TensorEntry], crc32: UInt32?, hasNoChecksum: Bool = false
  ) {
    self.hasNoChecksum = hasNoChecksum
    self.metadata = metadata
    self.entries = entries
    self.crc32 = crc32
    var offsets: [Int] = []
    var indices: [String: Int] = [:]
    var end = 0
    for (index, entry) in entries.enumerated() {
      precondition(
        indices.updateValue(index, forKey: entry.name) == nil, "duplicate tensor \(entry.name)")
      offsets.append(end)
      end += entry.byteCount
    }
    self.offsets = offsets
    self.indices = indices
    dataByteCount = end
  }

  /// The content of the file, such as `images` or `checkpoint`; nil in files of other programs.
  public var kind: String? { metadata[Self.kindKey] }

  /// The tensor of this name, if there is one.
  public subscript(name: String) -> TensorEntry? { index(of: name).map { entries[$0] } }

  /// The offset of a tensor from the beginning of the data, in bytes; nil if there is no such tensor.
  public func offset(of name: String) -> Int? { index(of: name).map { offsets[$0] } }

  func index(of name: String) -> Int? { indices[name] }

  /// Whether each tensor begins at a multiple of its element size.
  var isAligned: Bool {
    zip(entries, offsets).allSatisfy { $1.isMultiple(of: $0.type.byteCount) }
  }
}
