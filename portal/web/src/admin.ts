// The administration: the portal's colours over Django's own pages, and a map beside every geometry.
import "virtual:palette.css";
import "./style/map.css";
import "./style/admin.css";
import "./ui/geometry";
