import CIFAR2Tensor
import ToolSupport

CIFAR2Tensor.tool.main()
