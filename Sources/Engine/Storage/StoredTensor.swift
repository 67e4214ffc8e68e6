import Glibc
import TensorIO

/// The numbers of a tensor where they lie in a file. They are only read, and the file stays open for
/// as long.
@safe package struct StoredTensor<Element: BufferElement>: @unchecked Sendable {
  package let base: UnsafePointer<Element>
  package let count: Int
  package let file: TensorFile

  /// `nil` when there is no such tensor, it is of other numbers, or empty.
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

/// Bytes of a tensor where they lie in a file. Equal bytes are equal values.
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
