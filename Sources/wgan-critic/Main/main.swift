import ToolSupport
import WGANCritic

WGANCritic.tool.main()
