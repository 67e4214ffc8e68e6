/// A type for which every bit pattern is a value, so that zeroed memory and the bytes of a file are
/// elements.
package protocol BufferElement: BitwiseCopyable, Sendable {}
extension UInt8: BufferElement {}
extension Int64: BufferElement {}

/// Elements side by side in memory. An index out of range ends the process.
///
/// A buffer owns nothing: its memory belongs to the `Workspace` that made it, which must outlive it.
/// It may go to any thread: the worker slices of a step write disjoint buffers, and wait for one
/// another before one reads what another wrote.
@safe package struct Buffer<Element: BufferElement>: @unchecked Sendable {
  /// The first element.
  package let base: UnsafeMutablePointer<Element>
  package let count: Int

  /// One element.
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

  /// Some of the elements, counted from 0 again.
  @inlinable package subscript(range: Range<Int>) -> Buffer {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe Buffer(base: base + range.lowerBound, count: range.count)
  }

  /// The first `count` elements.
  @inlinable package func prefix(_ count: Int) -> Buffer { self[0..<count] }

  /// All elements but the first `count`.
  @inlinable package func dropFirst(_ count: Int) -> Buffer { self[count..<self.count] }

  /// Copies the elements of a buffer of the same length.
  @inlinable package func copy(_ other: Buffer) {
    precondition(other.count == count)
    unsafe base.update(from: other.base, count: count)
  }

  /// Sets every element.
  @inlinable package func fill(_ value: Element) {
    unsafe base.update(repeating: value, count: count)
  }

  /// The same memory as elements of another type.
  @inlinable package func bound<Other: BufferElement>(to _: Other.Type) -> Buffer<Other> {
    let bytes = unsafe UnsafeMutableRawBufferPointer(
      start: base, count: count * MemoryLayout<Element>.stride)
    let alignment = UInt(MemoryLayout<Other>.alignment)
    precondition(unsafe UInt(bitPattern: base).isMultiple(of: alignment))
    precondition(bytes.count.isMultiple(of: MemoryLayout<Other>.stride))
    let numbers = unsafe bytes.bindMemory(to: Other.self)
    guard let base = numbers.baseAddress else { preconditionFailure("a buffer has an address") }
    return unsafe Buffer<Other>(base: base, count: numbers.count)
  }
}
