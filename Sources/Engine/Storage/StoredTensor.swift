import Glibc
import TensorIO

/// The elements of a tensor in a mapped file. They are read only, and keep the file open.
@safe package struct StoredTensor<Element: BufferElement>: @unchecked Sendable {
  package let base: UnsafePointer<Element>
  package let count: Int
  package let file: TensorFile

  /// `nil` when the tensor does not exist, has another element size, or is empty.
  package init?(_ name: String, in file: TensorFile) {
    guard let bytes = unsafe file.bytes(of: name),
      file.header[name]?.type.byteCount == MemoryLayout<Element>.stride,
      let base = unsafe bytes.bindMemory(to: Element.self).baseAddress
    else { return nil }
    unsafe self.base = base
    count = bytes.count / MemoryLayout<Element>.stride
    self.file = file
  }
}

extension StoredTensor {
  /// The bytes of some elements.
  package func bytes(_ range: Range<Int>) -> StoredBytes {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe StoredBytes(
      UnsafeRawBufferPointer(
        UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)),
      in: file)
  }
}

/// Bytes of a tensor in a mapped file, compared by value.
@safe package struct StoredBytes: Hashable {
  private let bytes: UnsafeRawBufferPointer
  private let file: TensorFile

  fileprivate init(_ bytes: UnsafeRawBufferPointer, in file: TensorFile) {
    unsafe self.bytes = bytes
    self.file = file
  }

  package static func == (a: StoredBytes, b: StoredBytes) -> Bool {
    guard let first = unsafe a.bytes.baseAddress, let second = unsafe b.bytes.baseAddress,
      unsafe a.bytes.count == b.bytes.count
    else { return false }
    return unsafe memcmp(first, second, a.bytes.count) == 0
  }

  package func hash(into hasher: inout Hasher) { unsafe hasher.combine(bytes: bytes) }
}
