// Names of files from a file or a pipe, as of find(1).
import TensorIO

/// Reads names, one a line, or each ended by a zero byte.
///
/// Lines without a name are passed over. Throws `.invalid` for what cannot be a name and for
/// none at all, and what `InputFile` throws.
///
/// - Parameters:
///   - path: The list; "-" is standard input.
///   - isNull: Whether zero bytes end the names.
public func readNames(_ path: String, endedByNull isNull: Bool) throws(FileError) -> [String] {
  let input = try InputFile(path)
  let end: UInt8 = isNull ? 0 : UInt8(ascii: "\n")
  let longest = 4096
  var names: [String] = []
  var count = 1
  var name: [UInt8] = []
  func finish() throws(FileError) {
    guard let text = String(validating: name, as: UTF8.self), !name.contains(0) else {
      let hint = isNull || !name.contains(0) ? "not UTF-8" : "zero bytes; -0 takes such lists"
      throw FileError(.invalid, input.path, "name \(count) is no name: \(hint)")
    }
    if !name.isEmpty { names.append(text) }
    name = []
    count += 1
  }
  while case let bytes = try input.bytes(1 << 16), !bytes.isEmpty {
    for byte in bytes {
      if byte == end {
        try finish()
      } else {
        name.append(byte)
        guard name.count <= longest else {
          throw FileError(.invalid, input.path, "name \(count) is longer than \(longest) bytes")
        }
      }
    }
  }
  try finish()
  guard !names.isEmpty else { throw FileError(.invalid, input.path, "names no file") }
  return names
}
