/// The stored values of samples that become 0 and 255, in the units of the file: up to 255 with 8 bits per
/// sample, up to 65535 with 16.
public struct SampleRange: Sendable, Equatable {
  /// The value that becomes 0.
  public let lowest: Int
  /// The value that becomes 255; greater than `lowest`.
  public let highest: Int

  /// Parses two integers from 0 to 65535, such as `0,4095`, the lower one first. Returns nil for any other
  /// text.
  public init?(_ text: String) {
    let values = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      part.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ? UInt16(part) : nil
    }
    guard values.count == 2, let lowest = values[0], let highest = values[1], lowest < highest
    else { return nil }
    (self.lowest, self.highest) = (Int(lowest), Int(highest))
  }

  /// For each sample scaled to 16 bits, the sample that replaces it: mapped linearly, clamped and rounded to
  /// the nearest value, halves up.
  ///
  /// - Parameter sampleBits: The number of bits of a stored sample: 1, 2, 4, 8 or 16.
  func table(sampleBits: Int) -> [UInt16] {
    let unit = 65535 / (1 << sampleBits - 1)
    let (first, span) = (lowest * unit, (highest - lowest) * unit)
    return (0...65535).map { sample in
      let offset = min(max(sample - first, 0), span)
      return UInt16((2 * 65535 * offset + span) / (2 * span))
    }
  }
}

/// 16-bit images that use less than a tenth of the values that 16 bits can have, such as those of a 12-bit
/// sensor: they become nearly uniform when they are rounded to 8 bits.
public struct NarrowImages: Sendable, Equatable {
  /// The number of these images.
  public private(set) var count = 0
  /// The number of all 16-bit images.
  public private(set) var total = 0
  /// The smallest and the largest value of these images.
  public private(set) var values = 0...65535

  /// Adds a 16-bit image with its smallest and its largest value.
  mutating func add(_ image: ClosedRange<Int>) {
    total += 1
    guard image.count < 6554 else { return }
    values =
      count == 0
      ? image
      : min(values.lowerBound, image.lowerBound)...max(values.upperBound, image.upperBound)
    count += 1
  }
}
