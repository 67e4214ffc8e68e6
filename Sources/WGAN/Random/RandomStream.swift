import CKernels

/// What a random number is for. Every number is a function of (seed; stream, step, index) by
/// Philox4x32-10 (Salmon et al. 2011), so there is no generator state to save, and one more draw
/// in a stream shifts nothing in another.
///
/// The raw value is the last word of Philox's counter and part of the format: never renumber.
enum RandomStream: UInt32 {
  /// Initial weights; step is the tensor's place in the checkpoint.
  case initialization = 1
  /// The order of the images; step is the epoch.
  case dataOrder = 2
  /// The latents of a critic step; step is the critic step.
  case criticNoise = 3
  /// The latents of a generator step; step is the generator step.
  case generatorNoise = 4
  /// The place of each interpolate; step is the critic step.
  case interpolation = 5
  /// The latents of `wgan-sample`; the seed is its own.
  case sampling = 6
  /// The dropout masks of the critic and of the generator, in a critic step and in a generator step;
  /// step is that step, and the layer's place among the words of its network is in the stream's
  /// upper 24 bits.
  case criticDropout = 7
  case generatorDropoutForCritic = 8
  case criticDropoutForGenerator = 9
  case generatorDropout = 10
  /// The latents of the estimate on images that are held out; step is 0.
  case heldOutNoise = 11

  /// The stream of the dropout layer at this place among the words.
  func of(place: Int) -> UInt32 { rawValue | UInt32(place) << 8 }
}

/// The order in which an epoch shows the images: a permutation of 0..<count.
struct DataOrder {
  private(set) var indices: [UInt32]
  private var epoch: Int?

  init(count: Int) { indices = Array(repeating: 0, count: count) }

  /// Makes the order that of `epoch`, in place: Fisher and Yates' shuffle (Durstenfeld 1964),
  /// drawing each index from 64 random bits by the high half of a product, a bias below count·2⁻⁶⁴.
  mutating func shuffle(epoch: Int, key: UInt64) {
    if self.epoch == epoch { return }
    self.epoch = epoch
    for index in indices.indices { indices[index] = UInt32(index) }
    for last in stride(from: indices.count - 1, to: 0, by: -1) {
      let words = philox4x32(
        UInt32(last), 0, UInt32(truncatingIfNeeded: epoch), RandomStream.dataOrder.rawValue, key)
      let bits = UInt64(words.w.0) << 32 | UInt64(words.w.1)
      indices.swapAt(last, Int(bits.multipliedFullWidth(by: UInt64(last + 1)).high))
    }
  }
}
