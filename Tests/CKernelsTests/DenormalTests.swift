import CKernels
import Foundation
import Testing

struct DenormalTests {
  /// Half of the least normal float, by a kernel, so that the compiler cannot know it.
  private static func halfOfLeastNormal() -> Float {
    var x = Float.leastNormalMagnitude
    scale_columns_f32(1, 1, [0.5], &x, 1)
    return x
  }

  @Test
  func `flushing denormals holds for the thread that asks, until it is undone, and for no other`()
    async
  {
    let flushed = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let before = Self.halfOfLeastNormal()
        let control = flush_denormals()
        let flushed = Self.halfOfLeastNormal()
        restore_denormals(control)
        continuation.resume(returning: [before, flushed, Self.halfOfLeastNormal()])
      }
    }
    #expect(flushed == [.leastNormalMagnitude / 2, 0, .leastNormalMagnitude / 2])
    #expect(Self.halfOfLeastNormal() == .leastNormalMagnitude / 2)
  }
}
