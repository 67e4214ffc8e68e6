import CKernels

/// What a random number is for: the last word of Philox's counter.
///
/// Every number is a function of (key; stream, step, index) by Philox4x32-10 (Salmon et al. 2011).
/// There is no generator state to save, and one more draw in a stream shifts nothing in another.
///
/// Raw values are part of the checkpoint format: never renumber one. 1 is used here; the streams of
/// training, 2 to 11, are in `WGAN`.
package struct RandomStream: RawRepresentable, Equatable, Sendable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Initial weights; the step is the tensor's index in the checkpoint.
  package static let initialization = RandomStream(rawValue: 1)

  /// The stream of the random layer at this index among the layers of its network, which the upper
  /// 24 bits hold.
  package func of(layer index: Int) -> RandomStream {
    RandomStream(rawValue: rawValue | UInt32(index) << 8)
  }

  /// 64 random bits for one index of a step.
  package func bits(index: UInt32, step: UInt32, key: UInt64) -> UInt64 {
    let words = philox4x32(index, 0, step, rawValue, key)
    return UInt64(words.w.0) << 32 | UInt64(words.w.1)
  }
}
