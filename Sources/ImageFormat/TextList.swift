// Lists in a file or a pipe: paths, such as the output of find(1), and names of classes.
import TensorIO

/// Reads a list of paths, one per line or each terminated by a zero byte. Empty lines are skipped. A path
/// may be any bytes. Lines may end with CR and LF, and the list may begin with a byte order mark; only
/// zero bytes can terminate paths that end with CR.
///
/// - Parameters:
///   - path: The list; `-` is standard input.
///   - isNullTerminated: Whether zero bytes terminate the paths, instead of newlines.
/// - Returns: At least one path.
/// - Throws: `.invalid` if a path is not valid or the list is empty; what `InputFile` throws.
public func readPaths(_ path: String, nullTerminated isNullTerminated: Bool) throws(FileError)
  -> [String]
{
  let list = try TextList(path, item: "path", longest: 4096, nullTerminated: isNullTerminated)
  let paths = list.items.filter { !$0.isEmpty }.map { String(pathBytes: $0) }
  guard !paths.isEmpty else { throw FileError(.invalid, list.path, "contains no paths") }
  return paths
}

/// Reads the names of classes, one per line, in the order of their numbers.
///
/// - Parameter path: The list; `-` is standard input.
/// - Returns: At least one name.
/// - Throws: `.invalid` if a name is empty, occurs twice, is longer than 255 bytes or is not UTF-8, or the
///   list is empty; what `InputFile` throws.
public func readClasses(_ path: String) throws(FileError) -> [String] {
  let list = try TextList(path, item: "class", longest: 255, nullTerminated: false)
  var names: [String] = []
  var numbers: [String: Int] = [:]
  for (index, bytes) in list.items.enumerated() {
    let number = index + 1
    guard let name = String(validating: bytes, as: UTF8.self) else {
      throw FileError(.invalid, list.path, "class \(number) is not valid UTF-8")
    }
    guard !name.isEmpty else {
      throw FileError(.invalid, list.path, "class \(number) is an empty line")
    }
    if let other = numbers.updateValue(number, forKey: name) {
      throw FileError(
        .invalid, list.path, "class \(number) has the name of class \(other): \(quoted(name))")
    }
    names.append(name)
  }
  guard !names.isEmpty else { throw FileError(.invalid, list.path, "contains no classes") }
  return names
}

/// The items of a list.
private struct TextList {
  /// The name of the list in messages.
  let path: String
  /// The bytes of each item; without empty ones at the end.
  private(set) var items: [[UInt8]] = []

  init(
    _ path: String, item: String, longest: Int, nullTerminated: Bool
  ) throws(FileError) {
    let input = try InputFile(path)
    self.path = input.path
    let terminator: UInt8 = nullTerminated ? 0 : UInt8(ascii: "\n")
    var bytes: [UInt8] = []
    func finish() throws(FileError) {
      if !nullTerminated {
        if items.isEmpty, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
      }
      let number = items.count + 1
      guard !bytes.contains(0) else {
        throw FileError(
          .invalid, input.path,
          "\(item) \(number) contains a zero byte"
            + (item == "path" ? "; use -0 for a list of such paths" : ""))
      }
      guard bytes.count <= longest else {
        throw FileError(
          .invalid, input.path, "\(item) \(number) is longer than \(longest) bytes")
      }
      items.append(bytes)
      bytes = []
    }
    while case let piece = try input.bytes(1 << 16), !piece.isEmpty {
      for byte in piece {
        if byte == terminator {
          try finish()
        } else {
          bytes.append(byte)
          // With a byte order mark and CR.
          if bytes.count > longest + 4 { try finish() }
        }
      }
    }
    try finish()
    while items.last?.isEmpty == true { items.removeLast() }
  }
}
