import TensorIO

/// The numbers of a tensor where they lie in a file. They are only read, and the file stays open for
/// as long.
@safe struct StoredTensor<Element: BufferElement>: @unchecked Sendable {
  let base: UnsafePointer<Element>
  let count: Int
  let file: TensorFile

  /// `nil` when there is no such tensor, it is of other numbers, or empty.
  init?(_ name: String, in file: TensorFile) {
    guard let bytes = unsafe file.bytes(of: name),
      file.header[name]?.type.byteCount == MemoryLayout<Element>.stride,
      let base = unsafe bytes.bindMemory(to: Element.self).baseAddress
    else { return nil }
    unsafe self.base = base
    count = bytes.count / MemoryLayout<Element>.stride
    self.file = file
  }
}
