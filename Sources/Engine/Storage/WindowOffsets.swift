/// The rows of an image under a window, as offsets from the window's first row, tap by tap in the
/// order of the weights: the taps of each axis, then the channels.
@safe final class WindowOffsets: @unchecked Sendable {
  let base: UnsafeMutablePointer<UInt32>
  /// The number of offsets.
  let count: Int
  /// Taps along each axis, and rows from one to the next.
  private let taps: [Int], pitches: [Int]
  private let channels: Int

  /// Consecutive elements of the table.
  struct Part {
    /// The index of the first in the table: its column in the weights.
    let first: Int
    let count: Int
    /// The least and the greatest offset among them.
    fileprivate(set) var offsets: ClosedRange<Int>
  }

  init(taps: [Int], pitches: [Int], channels: Int) {
    precondition(pitches.last == channels)
    (self.taps, self.pitches, self.channels) = (taps, pitches, channels)
    count = taps.reduce(channels, *)
    unsafe base = .allocate(capacity: max(count, 1))
    for (index, tap) in combinations(taps.map { Array(0..<$0) }).enumerated() {
      let offset = zip(tap, pitches).reduce(0) { $0 + $1.0 * $1.1 }
      for channel in 0..<channels {
        unsafe (base + (index * channels + channel)).initialize(to: UInt32(offset + channel))
      }
    }
  }

  deinit { unsafe base.deallocate() }

  /// The taps of a box, one range for each axis, as parts that are consecutive in the table; none for
  /// an empty box.
  func parts(_ box: [Range<Int>]) -> [Part] {
    precondition(box.count == taps.count)
    for (range, taps) in zip(box, taps) {
      precondition(range.lowerBound >= 0 && range.upperBound <= taps)
      if range.isEmpty { return [] }
    }
    // The axis from which on a range of taps is consecutive: all axes after it are complete.
    let axis = box.indices.last { box[$0] != 0..<taps[$0] } ?? 0
    return combinations(box[..<axis].map { Array($0) }).map { outer in
      let lower = outer + box[axis...].map(\.lowerBound)
      let upper = outer + box[axis...].map { $0.upperBound - 1 }
      let (first, last) = (index(lower), index(upper))
      return Part(
        first: first * channels, count: (last - first + 1) * channels,
        offsets: offset(lower)...offset(upper) + channels - 1)
    }
  }

  /// Some taps of a part that is a line of taps along the last axis.
  func part(_ taps: Range<Int>, of line: Part) -> Part {
    let (skipped, count) = (taps.lowerBound * channels, taps.count * channels)
    precondition(skipped >= 0 && skipped + count <= line.count)
    let first = line.offsets.lowerBound + skipped
    return Part(first: line.first + skipped, count: count, offsets: first...first + count - 1)
  }

  private func index(_ tap: [Int]) -> Int {
    zip(tap, taps).reduce(0) { $0 * $1.1 + $1.0 }
  }

  private func offset(_ tap: [Int]) -> Int { zip(tap, pitches).reduce(0) { $0 + $1.0 * $1.1 } }
}
