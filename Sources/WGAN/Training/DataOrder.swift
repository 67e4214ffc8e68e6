import Engine

/// The order of the images in an epoch: a permutation of 0..<count.
struct DataOrder {
  private(set) var indices: [UInt32]
  private var epoch: Int?

  init(count: Int) { indices = Array(repeating: 0, count: count) }

  /// Sets the order of `epoch`, by a Fisher–Yates shuffle (Durstenfeld 1964).
  ///
  /// Each index is the high half of the product of 64 random bits and the number of choices. The
  /// bias is below count · 2⁻⁶⁴.
  mutating func shuffle(epoch: Int, key: UInt64) {
    if self.epoch == epoch { return }
    self.epoch = epoch
    for index in indices.indices { indices[index] = UInt32(index) }
    for last in stride(from: indices.count - 1, to: 0, by: -1) {
      let bits = RandomStream.dataOrder.bits(
        index: UInt32(last), step: UInt32(truncatingIfNeeded: epoch), key: key)
      indices.swapAt(last, Int(bits.multipliedFullWidth(by: UInt64(last + 1)).high))
    }
  }
}
