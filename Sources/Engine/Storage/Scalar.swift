import CKernels

/// The number that a network computes with: `Float` in training, `Double` where a test compares a
/// gradient with finite differences. Both run the very same Swift code over the same C kernels,
/// so what the tests prove in `Double` is what trains in `Float`.
///
/// The requirements are the kernels of `CKernels.h`, as C has them. Nobody calls them but the
/// extensions of `Scalar+*.swift`: those take runs and blocks, and see before each call that the
/// kernel reaches nothing outside.
package protocol Scalar: BufferElement, BinaryFloatingPoint, LosslessStringConvertible {
  typealias In = UnsafePointer<Self>?
  typealias Out = UnsafeMutablePointer<Self>?
  typealias Sums = UnsafeMutablePointer<Double>?
  typealias Index = UnsafePointer<UInt32>?
  typealias Place = UnsafePointer<Int32>?

  static var productKernel:
    @Sendable (Int, Int, Int, In, Int, Int, In, Index, Int, Int, In, Bool, Out, Int) -> Void
  { get }
  static var winogradKernel:
    @Sendable (
      winograd_matrix, winograd_matrix, Bool, Int, Int, In, Place, Int, Int, In, Int, Int, Out,
      Place, Int, Int
    ) -> Void
  { get }
  static var transposeKernel: @Sendable (Int, Int, In, Int, Out, Int) -> Void { get }
  static var leakyReLUKernel: @Sendable (Int, Int, Self, Out, Int) -> Void { get }
  static var leakyReLUDerivativeKernel: @Sendable (Int, Int, Self, In, Int, Out, Int) -> Void
  { get }
  static var hyperbolicTangentKernel: @Sendable (Int, Int, Out, Int) -> Void { get }
  static var sigmoidKernel: @Sendable (Int, Int, Out, Int) -> Void { get }
  static var multiplyBySlopeKernel: @Sendable (Int, Int, Self, Self, In, Int, Out, Int) -> Void
  { get }
  static var addCurvatureKernel:
    @Sendable (Int, Int, Self, Self, In, Int, In, Int, In, Int, Out, Int) -> Void
  { get }
  static var interpolateKernel: @Sendable (Int, Int, In, In, Int, In, Int, Out, Int) -> Void { get }
  static var scaleColumnsKernel: @Sendable (Int, Int, In, Out, Int) -> Void { get }
  static var addScaledKernel: @Sendable (Int, Int, Self, In, Int, Out, Int) -> Void { get }
  static var dropoutMaskKernel:
    @Sendable (Int, Int, UInt32, UInt64, UInt32, UInt32, UInt32, Out, Int) -> Void
  { get }
  static var applyMaskKernel: @Sendable (Int, Int, Self, In, Int, Out, Int) -> Void { get }
  static var columnSquaresKernel: @Sendable (Int, Int, In, Int, Out) -> Void { get }
  static var addRowSumsKernel: @Sendable (Int, Int, In, Int, Out) -> Void { get }
  static var blockSumKernel: @Sendable (Int, Int, In, Int) -> Double { get }
  static var blockSquareDeviationKernel: @Sendable (Int, Int, Self, In, Int) -> Double { get }
  static var blockDotKernel: @Sendable (Int, Int, Self, In, Int, In, Int) -> Double { get }
  static var columnSumsKernel: @Sendable (Int, Int, In, Int, Sums) -> Void { get }
  static var columnDotsKernel: @Sendable (Int, Int, In, Int, In, Int, Sums) -> Void { get }
  static var columnSquareDeviationsKernel: @Sendable (Int, Int, In, In, Int, Sums) -> Void { get }
  static var batchNormalizeKernel:
    @Sendable (Int, Int, Self, Self, Self, Self, In, Int, Out, Int) -> Void
  { get }
  static var batchNormalizeBackwardKernel:
    @Sendable (Int, Int, Self, Self, Self, Self, Self, In, Int, In, Int, Out, Int) -> Void
  { get }
  static var scaleRowsKernel: @Sendable (Int, Int, Int, In, In, In, Int, Out, Int) -> Void { get }
  static var affineColumnsKernel: @Sendable (Int, Int, In, In, In, Int, Out, Int) -> Void { get }
  static var combineColumnsKernel:
    @Sendable (Int, Int, In, In, In, In, Int, In, Int, Out, Int) -> Void
  { get }
  static var addCombinedColumnsKernel:
    @Sendable (Int, Int, In, In, In, In, In, Int, In, Int, In, Int, Out, Int) -> Void
  { get }
  static var gatherBytesKernel:
    @Sendable (Int, Int, UnsafePointer<UInt8>?, Int, Index, Out, Int) -> Void
  { get }
  static var gatherFloatsKernel:
    @Sendable (Int, Int, UnsafePointer<Float>?, Int, Index, Out, Int) -> Void
  { get }
  static var normalColumnsKernel:
    @Sendable (Int, Int, UInt64, UInt32, UInt32, UInt32, Out, Int) -> Void
  { get }
  static var uniformsKernel: @Sendable (Int, UInt64, UInt32, UInt32, UInt32, Out) -> Void { get }
  static var adamKernel:
    @Sendable (Int, Out, Out, Out, In, Self, Self, Self, Self, Self, Self, Self) -> Void
  { get }
  static var rmspropKernel: @Sendable (Int, Out, Out, In, Self, Self, Self, Self) -> Void { get }
  static var clampKernel: @Sendable (Int, Out, Self) -> Void { get }
  static var allWithinKernel: @Sendable (Int, In, Self) -> Bool { get }
}
