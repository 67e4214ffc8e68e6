import CKernels

/// The element type of a network: `Float` for training, `Double` for tests that compare gradients
/// with finite differences.
///
/// Both run the same Swift code and the same C kernels, so what tests show in `Double` holds for
/// training in `Float`. The extensions in `Scalar+*.swift` are the only callers of the kernels. They
/// check before each call that the kernel stays within its arguments.
package protocol Scalar: BufferElement, BinaryFloatingPoint, LosslessStringConvertible {
  /// The kernels for this element type.
  static var kernels: UnsafePointer<kernel_table> { get }

  /// The number as an argument of a kernel. `Double(_:)` is slow in code that is not specialized.
  var argument: Double { get }
}

extension Float: Scalar {
  package static var kernels: UnsafePointer<kernel_table> { unsafe kernels_f32() }
  package var argument: Double { Double(self) }
}

extension Double: Scalar {
  package static var kernels: UnsafePointer<kernel_table> { unsafe kernels_f64() }
  package var argument: Double { self }
}
