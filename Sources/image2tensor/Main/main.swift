import Image2Tensor
import ToolSupport

Image2Tensor.tools[0].main()
