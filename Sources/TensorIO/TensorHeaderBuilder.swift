// A header that grows tensor by tensor, with its size in a file. Before a program starts to write, it can
// check whether the header of the whole file fits.

/// Builds the header of a tensor file one tensor at a time.
public struct TensorHeaderBuilder: Sendable {
  private let kind: String
  private(set) var metadata: [String: String]
  private(set) var entries: [TensorEntry] = []
  /// The size of all tensors so far, in bytes.
  private(set) var dataByteCount = 0
  private var headerByteCount: Int
  private var paddingCount = 0

  /// Starts a header without tensors.
  ///
  /// - Parameters:
  ///   - kind: The content of the file, such as `images`: the metadata `tensorio.kind`.
  ///   - metadata: Further metadata.
  public init(kind: String, metadata: [String: String]) {
    (self.kind, self.metadata) = (kind, metadata)
    let header = TensorHeader(kind: kind, metadata: metadata, entries: [])
    let bytes = header.encoded(checksum: Checksum.placeholder)
    headerByteCount = bytes.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
  }

  /// Whether the header is within the limit of 1 MiB.
  public var fits: Bool { headerByteCount <= TensorHeader.writingLimit }

  /// Adds a tensor at the end of the data.
  ///
  /// Where the tensor would be misaligned, a U8 tensor `padding.0`, `padding.1`, … is added before
  /// it, because the format does not allow gaps.
  ///
  /// - Parameter entry: A tensor with a new name.
  /// - Returns: The size of the padding in bytes.
  @discardableResult
  public mutating func append(_ entry: TensorEntry) -> Int {
    let misalignment = dataByteCount % entry.type.byteCount
    let padding = misalignment == 0 ? 0 : entry.type.byteCount - misalignment
    if padding > 0 {
      add(TensorEntry("padding.\(paddingCount)", .u8, [padding]))
      paddingCount += 1
    }
    add(entry)
    return padding
  }

  /// Adds an entry to the metadata.
  ///
  /// - Precondition: The key is new.
  public mutating func addMetadata(_ key: String, _ value: String) {
    precondition(metadata.updateValue(value, forKey: key) == nil, "duplicate key \(key)")
    headerByteCount += "\(JSONValue.string(key)):\(JSONValue.string(value)),".utf8.count
  }

  private mutating func add(_ entry: TensorEntry) {
    headerByteCount += entry.json(at: dataByteCount).utf8.count + 1
    entries.append(entry)
    dataByteCount += entry.byteCount
  }

  /// The header so far.
  package var header: TensorHeader {
    TensorHeader(kind: kind, metadata: metadata, entries: entries)
  }
}
