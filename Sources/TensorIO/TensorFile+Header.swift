// Reading the header of a tensor file.

extension TensorFile {
  /// Reads and parses the header.
  ///
  /// - Returns: The header, the offset of the data in the file, and the offset of the checksum's digits
  ///   after the length.
  static func readHeader(
    _ content: FileContent, _ input: InputFile
  ) throws(FileError) -> (header: TensorHeader, dataStart: Int, checksumOffset: Int?) {
    let dataStart = 8 + (try headerCount(content, input))
    let count = try content.load(dataStart, from: input)
    guard count >= dataStart else {
      throw FileError(truncated: input.path, expected: "at least \(dataStart)", found: count)
    }
    let (header, checksumOffset) = try HeaderReader.read(
      content.array(8..<dataStart), path: input.path)
    return (header, dataStart, checksumOffset)
  }

  /// Reads the length of the header. The error for a file of another known format names that format.
  private static func headerCount(_ content: FileContent, _ input: InputFile) throws(FileError)
    -> Int
  {
    let count = try content.load(9, from: input)
    guard count > 0 else { throw FileError(.invalid, input.path, "is empty") }
    guard count >= 8 else {
      throw FileError(truncated: input.path, expected: "at least 8", found: count)
    }
    let head = content.array(0..<min(count, 9))
    let length = head[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    let isPlausible = length <= headerLimit && (count == 8 || head[8] == 0x7B)
    if !isPlausible {
      let count = min(try content.load(FileFormat.headSize, from: input), FileFormat.headSize)
      let head = content.array(0..<count)
      if FileFormat(head) != nil { throw FileError(input.path, isNot: "a tensor file", head) }
    }
    guard length <= headerLimit else {
      throw FileError(
        .invalid, input.path,
        "is not a tensor file (header length \(length) exceeds \(headerLimit))")
    }
    return Int(length)
  }
}
