/// The members of a line of metrics.
package enum MetricsKey: String, CaseIterable, Sendable {
  /// The position in the training, which every line has.
  case epoch, generatorStep = "generator_step", criticStep = "critic_step"
  /// The values of a step.
  case wasserstein, penalty, gradientNorm = "gradient_norm"
  case criticReal = "critic_real", criticFake = "critic_fake"
  case criticRate = "lr_critic", generatorRate = "lr_generator"
  /// Seconds since the previous line.
  case seconds
  /// The value of a line at the end of an epoch.
  case heldOutWasserstein = "held_out_wasserstein"
}
