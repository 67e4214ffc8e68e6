// An IDX file as a stream: a header, then exactly the bytes that it declares. No allocation depends on
// a declared size.
import TensorIO

/// Reads an IDX file, plain or gzipped.
public final class IDXReader {
  /// The header of the file.
  public let header: IDXHeader

  private let input: InflatingInput
  private var done = 0

  /// The name in messages: the path as given, or "standard input".
  public var path: String { input.path }

  /// Opens a file and reads its header.
  ///
  /// - Parameter path: A path, or `-` for standard input.
  /// - Throws: `.invalid` if the file is not an IDX file; what `InputFile` throws.
  public init(_ path: String) throws(FileError) {
    input = try InflatingInput(InputFile(path))
    header = try IDXHeader(input)
  }

  /// Fills a buffer with the next bytes of the data.
  ///
  /// - Parameter buffer: Receives the bytes.
  /// - Returns: The number of bytes read: less than the size of the buffer at the end of the data, then
  ///   0 once the end of the file is checked.
  /// - Precondition: The buffer is not empty.
  /// - Throws: `.invalid` if the file is shorter or longer than declared, or its gzip data is corrupted;
  ///   what `InputFile` throws.
  public func read(into buffer: inout [UInt8]) throws(FileError) -> Int {
    precondition(!buffer.isEmpty, "an empty buffer")
    let wanted = min(buffer.count, header.byteCount - done)
    // At the end, one more byte is requested to see whether there is one.
    let got = try input.read(into: &buffer, 0..<max(wanted, 1))
    if wanted == 0 {
      guard got == 0 else {
        throw FileError(extraBytes: path, expected: header.byteCount)
      }
      return 0
    }
    done += got
    guard got == wanted else {
      throw FileError(truncated: path, "data", expected: "\(header.byteCount)", found: done)
    }
    return got
  }
}
