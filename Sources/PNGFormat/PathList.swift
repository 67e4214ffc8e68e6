// A list of paths in a file or a pipe, such as the output of find(1).
import TensorIO

/// Reads a list of paths, one per line or each terminated by a zero byte. Empty lines are skipped.
///
/// - Parameters:
///   - path: The list; `-` is standard input.
///   - isNullTerminated: Whether zero bytes terminate the paths, instead of newlines.
/// - Returns: At least one path.
/// - Throws: `.invalid` if a path is not valid or the list is empty; what `InputFile` throws.
public func readPaths(_ path: String, nullTerminated isNullTerminated: Bool) throws(FileError)
  -> [String]
{
  let input = try InputFile(path)
  let terminator: UInt8 = isNullTerminated ? 0 : UInt8(ascii: "\n")
  let longest = 4096
  var paths: [String] = []
  var number = 1
  var bytes: [UInt8] = []
  func finish() throws(FileError) {
    guard !bytes.contains(0) else {
      throw FileError(
        .invalid, input.path, "path \(number) contains a zero byte; use -0 for a list of such paths"
      )
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FileError(.invalid, input.path, "path \(number) is not valid UTF-8")
    }
    if !bytes.isEmpty { paths.append(text) }
    bytes = []
    number += 1
  }
  while case let piece = try input.bytes(1 << 16), !piece.isEmpty {
    for byte in piece {
      if byte == terminator {
        try finish()
      } else {
        bytes.append(byte)
        guard bytes.count <= longest else {
          throw FileError(
            .invalid, input.path, "path \(number) is longer than \(longest) bytes")
        }
      }
    }
  }
  try finish()
  guard !paths.isEmpty else { throw FileError(.invalid, input.path, "contains no paths") }
  return paths
}
