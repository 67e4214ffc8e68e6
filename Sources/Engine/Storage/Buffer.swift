/// A type of which any bits are a value: memory of zeros, or of a file, is numbers.
package protocol BufferElement: BitwiseCopyable, Sendable {}
extension UInt8: BufferElement {}
extension Int64: BufferElement {}

/// Numbers side by side in memory. None beyond the last is reached: a wrong index ends the process.
///
/// Like a `MatrixView` it owns nothing: its memory belongs to the `Workspace` that made it, which is to
/// live as long. It may go to any thread: the shares of a step write disjoint runs, and wait for one
/// another before one reads what another wrote.
@safe package struct Buffer<Element: BufferElement>: @unchecked Sendable {
  /// The first number.
  package let base: UnsafeMutablePointer<Element>
  package let count: Int

  /// One number.
  @inlinable package subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count)
      return unsafe base[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count)
      unsafe base[index] = newValue
    }
  }

  /// Some of them, counted from 0 again.
  @inlinable package subscript(range: Range<Int>) -> Buffer {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe Buffer(base: base + range.lowerBound, count: range.count)
  }

  /// The first `count` of them.
  @inlinable package func prefix(_ count: Int) -> Buffer { self[0..<count] }

  /// All but the first `count` of them.
  @inlinable package func dropFirst(_ count: Int) -> Buffer { self[count..<self.count] }

  /// Takes over as many numbers.
  @inlinable package func copy(_ other: Buffer) {
    precondition(other.count == count)
    unsafe base.update(from: other.base, count: count)
  }

  /// Sets every number.
  @inlinable package func fill(_ value: Element) {
    unsafe base.update(repeating: value, count: count)
  }

  /// The same memory as numbers of another type.
  @inlinable package func bound<Other: BufferElement>(to _: Other.Type) -> Buffer<Other> {
    let bytes = unsafe UnsafeMutableRawBufferPointer(
      start: base, count: count * MemoryLayout<Element>.stride)
    let alignment = UInt(MemoryLayout<Other>.alignment)
    precondition(unsafe UInt(bitPattern: base).isMultiple(of: alignment))
    precondition(bytes.count.isMultiple(of: MemoryLayout<Other>.stride))
    let numbers = unsafe bytes.bindMemory(to: Other.self)
    guard let base = numbers.baseAddress else { preconditionFailure("a run has an address") }
    return unsafe Buffer<Other>(base: base, count: numbers.count)
  }
}
