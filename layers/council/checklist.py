"""What is looked at on a site visit, in the order in which one walks a junction."""

from layers.registry.text import Text

CHECKLIST: dict[str, Text] = {
    "sight": Text("視距無遮蔽（樹、招牌、停車）", "Sight lines are clear of trees, signs and parking"),
    "signal": Text("號誌可見、時相與秒數合宜", "Signals are seen; phases and times suit"),
    "left": Text("左轉車流有專用時相或待轉空間", "Left turns have a phase or room of their own"),
    "two-stage": Text("機慢車兩段式左轉待轉區足夠", "Room for two-stage turns of scooters"),
    "marking": Text("標線清楚、未磨損", "Markings are clear and not worn"),
    "sign": Text("標誌齊全、不相矛盾", "Signs are complete and do not contradict"),
    "crossing": Text("行人穿越線位置、庇護島與秒數", "Crossings: place, refuge and time"),
    "radius": Text("轉角半徑與轉彎車速", "Corner radius and speed of turning"),
    "parking": Text("路口十公尺內無停車", "No parking within ten metres"),
    "light": Text("夜間照明足夠", "Light is enough at night"),
    "surface": Text("路面平整、無坑洞積水", "The surface is even, without holes or water"),
    "speed": Text("實際車速與速限相符", "Speeds driven fit the limit"),
}
ANSWERS = ("good", "bad", "none")
