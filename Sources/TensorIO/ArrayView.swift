// Arrays as other programs store them, with any element type, byte order and order of axes; and their
// conversion to row-major order and the types that training reads. The result is in a temporary file
// without a name, so memory does not grow with the array.

/// An array in a file.
struct ArrayView {
  /// Where its bytes begin, at any alignment.
  let place: TensorFile.Place
  private(set) var type: ElementType
  let isBigEndian: Bool
  /// The axes in the order of the result.
  private(set) var shape: [Int]
  /// The distance between neighbors along each axis, in elements.
  private(set) var strides: [Int]
  /// The axes in the order of the file, for messages.
  private let stored: (shape: [Int], strides: [Int])

  /// An array whose elements are contiguous.
  ///
  /// - Parameters:
  ///   - place: Where its bytes begin; all of them are available.
  ///   - entry: Its type and shape.
  ///   - isBigEndian: Whether the bytes of an element are in the opposite order.
  ///   - isColumnMajor: Whether the first axis varies fastest, as in Fortran.
  init(
    _ place: TensorFile.Place, _ entry: TensorEntry, isBigEndian: Bool = false,
    isColumnMajor: Bool = false
  ) {
    (self.place, type, self.isBigEndian, shape) = (place, entry.type, isBigEndian, entry.shape)
    strides = Self.strides(entry.shape, isColumnMajor: isColumnMajor)
    stored = (entry.shape, strides)
  }

  private static func strides(_ shape: [Int], isColumnMajor: Bool) -> [Int] {
    var (strides, distance) = (shape, 1)
    for axis in isColumnMajor ? Array(shape.indices) : shape.indices.reversed() {
      strides[axis] = distance
      distance *= shape[axis]
    }
    return strides
  }

  var elementCount: Int { shape.reduce(1, *) }

  /// Whether the bytes are those of a tensor file.
  var isNative: Bool {
    (!isBigEndian || type.byteCount == 1)
      && place.start.isMultiple(of: type.byteCount)
      && strides == Self.strides(shape, isColumnMajor: false)
  }

  /// The array with its axes in another order.
  func permuted(_ axes: [Int]) -> ArrayView {
    var view = self
    view.shape = axes.map { shape[$0] }
    view.strides = axes.map { strides[$0] }
    return view
  }

  /// The array with another axis, of length 1.
  func insertingAxis(at axis: Int) -> ArrayView {
    var view = self
    view.shape.insert(1, at: axis)
    view.strides.insert(axis < strides.count ? strides[axis] * shape[axis] : 1, at: axis)
    return view
  }

  /// The array with elements of another type of the same size.
  func reinterpreted(as type: ElementType) -> ArrayView {
    precondition(type.bitCount == self.type.bitCount)
    var view = self
    view.type = type
    return view
  }

  /// The index of the element at this distance from the first one, such as `[3, 0, 27]`.
  func index(_ offset: Int) -> String {
    let index = zip(stored.shape, stored.strides).map { size, stride in offset / stride % size }
    return "[\(index.map(String.init).joined(separator: ", "))]"
  }

  /// Calls `body` with the bytes of the array.
  @unsafe func withBytes<Result, Failure>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let count = elementCount * type.byteCount
    defer { withExtendedLifetime(place.content) {} }
    return try unsafe body(place.content.bytes(place.start..<place.start + count))
  }

  /// Reads the element at a distance from the first one.
  @unsafe @inline(__always)
  func element<Element: StoredElement>(
    _ offset: Int, of bytes: UnsafeRawBufferPointer, as type: Element.Type
  ) -> Element {
    let size = MemoryLayout<Element.Pattern>.size
    let pattern = unsafe bytes.loadUnaligned(
      fromByteOffset: offset * size, as: Element.Pattern.self)
    return Element(
      pattern: isBigEndian
        ? Element.Pattern(bigEndian: pattern) : Element.Pattern(littleEndian: pattern))
  }

  /// Writes the converted elements in row-major order to a temporary file.
  ///
  /// - Parameters:
  ///   - path: The name for messages.
  ///   - convert: Converts an element; receives its distance from the first one, for messages.
  /// - Returns: The file in memory.
  /// - Throws: What `convert` throws; `.cannotCreate` and `.inputOutput` for the temporary file.
  func converted<Element: StoredElement, Target: BitwiseCopyable>(
    _ path: String, from type: Element.Type, zero: Target,
    _ convert: (Element, Int) throws(FileError) -> Target
  ) throws(FileError) -> FileContent {
    let isRowMajor = strides == Self.strides(shape, isColumnMajor: false)
    let (shape, strides) = isRowMajor ? ([elementCount], [1]) : (shape, strides)
    let rowSize = shape.dropFirst().reduce(1, *)
    let rows = max(1, min(shape[0], (1 << 18) / max(rowSize, 1)))
    var block = [Target](repeating: zero, count: rows * rowSize)
    let file = try TemporaryFile()
    for first in stride(from: 0, to: shape[0], by: rows) where rowSize > 0 {
      let count = min(rows, shape[0] - first)
      try unsafe withBytes { bytes throws(FileError) in
        try fill(
          &block, [count] + shape.dropFirst(), strides, from: first * strides[0]
        ) { offset throws(FileError) in
          try convert(unsafe element(offset, of: bytes, as: Element.self), offset)
        }
      }
      try file.write(elements: block.span.extracting(..<(count * rowSize)))
    }
    return try FileContent(file, count: elementCount * MemoryLayout<Target>.size, path: path)
  }

  /// Fills a block with elements. The source is read as sequentially as possible: its smallest stride is
  /// that of the innermost loop.
  @inline(__always)
  private func fill<Target>(
    _ block: inout [Target], _ shape: [Int], _ strides: [Int], from start: Int,
    _ element: (Int) throws(FileError) -> Target
  ) throws(FileError) {
    let targets = Self.strides(shape, isColumnMajor: false)
    let axes = shape.indices.sorted { (strides[$0], $1) > (strides[$1], $0) }
    guard let inner = axes.last else { return }
    var index = [Int](repeating: 0, count: axes.count - 1)
    var (source, target) = (start, 0)
    while true {
      for step in 0..<shape[inner] {
        block[target + step * targets[inner]] = try element(source + step * strides[inner])
      }
      // The next position of the outer axes, the last one first.
      var level = axes.count - 2
      while level >= 0 {
        let axis = axes[level]
        index[level] += 1
        source += strides[axis]
        target += targets[axis]
        if index[level] < shape[axis] { break }
        source -= strides[axis] * shape[axis]
        target -= targets[axis] * shape[axis]
        index[level] = 0
        level -= 1
      }
      if level < 0 { return }
    }
  }
}

extension TemporaryFile {
  /// Appends elements.
  fileprivate func write<Element: BitwiseCopyable>(elements: Span<Element>) throws(FileError) {
    try unsafe elements.withUnsafeBytes { bytes throws(FileError) in
      try unsafe bytes.withSpan { bytes throws(FileError) in try write(bytes) }
    }
  }
}
