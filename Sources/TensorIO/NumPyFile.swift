// Arrays of NumPy: a .npy file with one array, or a .npz file, a zip archive of several. Pickles are not
// read. Inflated arrays are kept in temporary files without names, so memory does not grow with them.
import CZlib

/// The arrays of a .npy or .npz file.
final class NumPyFile {
  /// An array of the file, or the reason why it cannot be read.
  struct Member {
    /// The name of the array, without the extension `.npy`.
    let name: String
    let header: NumPyHeader?
    let problem: FileError?
    /// The compressed or stored array; nil in a .npy file.
    let archived: ZipArchive.Member?
  }

  let path: String
  let members: [Member]
  private let content: FileContent

  /// The name of the array of a .npy file, as in an archive of unnamed arrays.
  private static let defaultName = "arr_0"

  /// Whether a file with these first bytes is NumPy's, or a zip file that may be.
  static func isNumPy(_ head: [UInt8]) -> Bool {
    [FileFormat.numPy, .zip].contains { head.starts(with: $0.signature) }
      || head.starts(with: [0x50, 0x4B, 5, 6])
  }

  /// Reads the headers of all arrays.
  ///
  /// - Parameters:
  ///   - input: The file.
  ///   - content: Its first bytes, or all of them.
  /// - Throws: `.invalid` if the file is damaged or has no arrays; `.inputOutput` if reading fails.
  init(_ input: InputFile, _ content: FileContent) throws(FileError) {
    (path, self.content) = (input.path, content)
    guard
      content.array(0..<min(4, try content.load(4, from: input)))
        .starts(with: FileFormat.numPy.signature.prefix(4))
    else {
      let count = try content.load(.max, from: input)
      members = try Self.members(content, count, input.path)
      return
    }
    let head = content.array(0..<min(12, try content.load(12, from: input)))
    let headerCount = try NumPyHeader.byteCount(head, path: input.path)
    let found = try content.load(headerCount, from: input)
    guard found >= headerCount else {
      throw FileError(truncated: input.path, expected: "at least \(headerCount)", found: found)
    }
    let header = try NumPyHeader(
      content.array(0..<headerCount), name: Self.defaultName, path: input.path)
    let (total, overflow) = headerCount.addingReportingOverflow(header.entry.byteCount)
    guard !overflow, total < .max else {
      throw FileError(.invalid, input.path, "declares more data than a file can hold")
    }
    members = [Member(name: Self.defaultName, header: header, problem: nil, archived: nil)]
    let count = try content.load(total + 1, from: input)
    guard count >= total else {
      throw FileError(truncated: input.path, expected: "\(total)", found: count)
    }
    guard count == total else {
      throw FileError(
        extraBytes: input.path, expected: total, found: content.isMapped ? count : nil)
    }
  }

  private static func members(
    _ content: FileContent, _ count: Int, _ path: String
  ) throws(FileError) -> [Member] {
    let archive = try ZipArchive(content, count: count, path: path)
    var members: [Member] = []
    for member in archive.members where member.name.hasSuffix(".npy") {
      let name = String(member.name.dropLast(4))
      do throws(FileError) {
        let header = try Self.header(member, name, content, path)
        members.append(Member(name: name, header: header, problem: nil, archived: member))
      } catch {
        guard error.kind == .invalid else { throw error }
        members.append(Member(name: name, header: nil, problem: error, archived: member))
      }
    }
    guard members.isEmpty else { return members }
    let isPyTorch = archive.members.contains { $0.name.hasSuffix("data.pkl") }
    throw FileError(
      .invalid, path,
      isPyTorch
        ? "contains a Python pickle, as torch.save writes; save it with safetensors or numpy.save"
        : "is a zip file without NumPy arrays")
  }

  /// Reads the header of an array in an archive.
  private static func header(
    _ member: ZipArchive.Member, _ name: String, _ content: FileContent, _ path: String
  ) throws(FileError) -> NumPyHeader {
    let label = "\(path): \(name)"
    let limit = min(NumPyHeader.limit + 12, member.byteCount)
    var head: [UInt8] = []
    try ZipMemberReader(member, content, label).read { piece throws(FileError) in
      for index in piece.indices.prefix(limit - head.count) { head.append(piece[index]) }
      return head.count < limit
    }
    let count = try NumPyHeader.byteCount(head, path: label)
    guard head.count >= count else {
      throw FileError(truncated: label, expected: "at least \(count)", found: head.count)
    }
    let header = try NumPyHeader(Array(head[..<count]), name: name, path: label)
    let (total, overflow) = count.addingReportingOverflow(header.entry.byteCount)
    guard !overflow, total == member.byteCount else {
      throw FileError(
        .invalid, label,
        "has another size than its header declares (expected \(header.entry.byteCount) bytes of data, "
          + "found \(member.byteCount - count))")
    }
    return header
  }

  /// An array with all of its bytes.
  ///
  /// - Throws: `.invalid` if it cannot be read or is damaged; `.cannotCreate` or `.inputOutput` for
  ///   the temporary file.
  func view(_ member: Member) throws(FileError) -> ArrayView {
    guard let header = member.header else {
      throw member.problem ?? FileError(.invalid, path, "has no array \(quoted(member.name))")
    }
    var place = TensorFile.Place(content: content, start: header.byteCount)
    if let archived = member.archived {
      let inflated = try ZipMemberReader(archived, content, "\(path): \(member.name)").content()
      place = TensorFile.Place(
        content: inflated ?? content,
        start: header.byteCount + (inflated == nil ? archived.range.lowerBound : 0))
    }
    return ArrayView(
      place, header.entry, isBigEndian: header.isBigEndian, isColumnMajor: header.isColumnMajor)
  }
}

/// Reads the content of a member of a zip archive.
private struct ZipMemberReader {
  private let member: ZipArchive.Member
  private let archive: FileContent
  private let path: String

  init(_ member: ZipArchive.Member, _ archive: FileContent, _ path: String) {
    (self.member, self.archive, self.path) = (member, archive, path)
  }

  /// The whole content in a temporary file; nil for a stored member, whose content is in the archive.
  ///
  /// - Throws: `.invalid` if the checksum or the size is wrong.
  func content() throws(FileError) -> FileContent? {
    var checksum = Checksum()
    let file = member.isDeflated ? try TemporaryFile() : nil
    try read { piece throws(FileError) in
      checksum.append(piece)
      try file?.write(piece)
      return true
    }
    guard checksum.value == member.crc32 else {
      throw FileError(
        .invalid, path,
        "is corrupted: wrong checksum (expected crc32 \(Checksum.digits(member.crc32)), found "
          + "\(Checksum.digits(checksum.value)))")
    }
    guard let file else { return nil }
    return try FileContent(file, count: member.byteCount, path: path)
  }

  /// Calls `body` with the content in pieces, as long as it returns true.
  func read(_ body: (Span<UInt8>) throws(FileError) -> Bool) throws(FileError) {
    let pieceSize = 1 << 18
    guard member.isDeflated else {
      for start in stride(from: member.range.lowerBound, to: member.range.upperBound, by: pieceSize)
      {
        let range = start..<min(start + pieceSize, member.range.upperBound)
        guard try archive.withBytes(range, body) else { return }
      }
      return
    }
    guard let inflater = Inflater(.none) else {
      throw FileError(.inputOutput, path, "cannot initialize zlib: out of memory")
    }
    var buffer = [UInt8](repeating: 0, count: pieceSize)
    var (input, total, isAtEnd) = (member.range, 0, false)
    while !isAtEnd {
      let piece = input.prefix(pieceSize)
      let step = archive.withBytes(piece) { inflater.inflate($0, into: &buffer, 0..<pieceSize) }
      input.removeFirst(step.consumed)
      total += step.produced
      switch step.status {
      case Z_STREAM_END: isAtEnd = true
      case Z_OK where step.consumed > 0 || step.produced > 0: break
      case Z_MEM_ERROR: throw FileError(.inputOutput, path, "zlib is out of memory")
      default:
        throw FileError(
          .invalid, path,
          "compressed data is corrupted: \(inflater.message ?? "it is truncated")")
      }
      guard total <= member.byteCount else {
        throw FileError(.invalid, path, "compressed data is longer than declared")
      }
      guard try body(buffer.span.extracting(..<step.produced)) else { return }
    }
    guard total == member.byteCount, input.isEmpty else {
      throw FileError(.invalid, path, "compressed data has another size than declared")
    }
  }
}
