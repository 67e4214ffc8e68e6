import CKernels
import Foundation
import Testing

struct DenormalTests {
  /// Half of the smallest normal float, computed by a kernel so that the compiler cannot fold it.
  private static func halfOfLeastNormal() -> Float {
    var x = Matrix<Float>(1, 1, gap: 0) { _, _ in .leastNormalMagnitude }
    [Float(0.5)].withView { s in x.withMutableView { Float.kernels.scale_columns(s, $0) } }
    return x[0, 0]
  }

  @Test func `denormals are flushed on the calling thread only, until restored`() async {
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
