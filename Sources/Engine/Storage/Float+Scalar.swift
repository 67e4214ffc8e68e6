import CKernels

extension Float: Scalar {
  package static let productKernel = unsafe product_f32
  package static let winogradKernel = unsafe winograd_f32
  package static let transposeKernel = unsafe transpose_f32
  package static let leakyReLUKernel = unsafe leaky_relu_f32
  package static let leakyReLUDerivativeKernel = unsafe leaky_relu_derivative_f32
  package static let hyperbolicTangentKernel = unsafe hyperbolic_tangent_f32
  package static let sigmoidKernel = unsafe sigmoid_f32
  package static let multiplyBySlopeKernel = unsafe multiply_by_slope_f32
  package static let addCurvatureKernel = unsafe add_curvature_f32
  package static let interpolateKernel = unsafe interpolate_f32
  package static let scaleColumnsKernel = unsafe scale_columns_f32
  package static let addScaledKernel = unsafe add_scaled_f32
  package static let dropoutMaskKernel = unsafe dropout_mask_f32
  package static let applyMaskKernel = unsafe apply_mask_f32
  package static let columnSquaresKernel = unsafe column_squares_f32
  package static let addRowSumsKernel = unsafe add_row_sums_f32
  package static let blockSumKernel = unsafe block_sum_f32
  package static let blockSquareDeviationKernel = unsafe block_square_deviation_f32
  package static let blockDotKernel = unsafe block_dot_f32
  package static let columnSumsKernel = unsafe column_sums_f32
  package static let columnDotsKernel = unsafe column_dots_f32
  package static let columnSquareDeviationsKernel = unsafe column_square_deviations_f32
  package static let batchNormalizeKernel = unsafe batch_normalize_f32
  package static let batchNormalizeBackwardKernel = unsafe batch_normalize_backward_f32
  package static let scaleRowsKernel = unsafe scale_rows_f32
  package static let affineColumnsKernel = unsafe affine_columns_f32
  package static let combineColumnsKernel = unsafe combine_columns_f32
  package static let addCombinedColumnsKernel = unsafe add_combined_columns_f32
  package static let gatherBytesKernel = unsafe gather_bytes_f32
  package static let gatherFloatsKernel = unsafe gather_floats_f32
  package static let normalColumnsKernel = unsafe normal_columns_f32
  package static let uniformsKernel = unsafe uniforms_f32
  package static let adamKernel = unsafe adam_f32
  package static let rmspropKernel = unsafe rmsprop_f32
  package static let clampKernel = unsafe clamp_f32
  package static let allWithinKernel = unsafe all_within_f32
}
