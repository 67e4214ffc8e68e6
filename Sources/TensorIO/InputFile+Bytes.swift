extension InputFile {
  /// The next bytes, fewer only at the end. The count is allocated whatever comes.
  package func bytes(_ count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    let got = try unsafe span.withUnsafeMutableBytes { buffer throws(FileError) in
      try unsafe read(into: buffer)
    }
    bytes.removeLast(count - got)
    return bytes
  }
}
