"""Words by which a message shows that it follows another one, or a reply that there is none: in seven languages."""

import re
from collections.abc import Iterable


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


# It speaks of what was said before.
REFERS = _any(
    (
        # English
        r"\b(?:as|like|what) (?:i|you|we) (?:just |already )?"
        r"(?:said|mentioned|told|asked|discussed|suggested|explained)\b",
        r"\byour (?:last|previous|earlier|first) (?:answer|reply|message|suggestion|response|point)\b",
        r"\b(?:my|the) (?:last|previous|earlier) (?:question|message|answer|reply|point)\b",
        r"^\W*(?:please )?(?:continue|go on|keep going|carry on)\b(?: please| from there| where you left off)?\W*$",
        r"\bthe (?:first|second|third|last|other) (?:one|option|point|suggestion)\b",
        r"\b(?:explain|expand on|elaborate on|rewrite|shorten|summarize|translate) (?:it|that|them)\b",
        # German
        r"\bwie (?:ich|du|wir|sie) (?:schon |bereits )?(?:gesagt|erwähnt|geschrieben|besprochen)",
        r"\b(?:deine|ihre|meine|die) (?:letzte|vorige|vorherige|erste)[nr]? (?:antwort|nachricht|frage|vorschlag)",
        r"^\W*(?:bitte )?(?:mach |mache )?(?:weiter|fortfahren|fahr fort)\b(?: bitte)?\W*$",
        r"\b(?:erkläre?|übersetze?|kürze?) (?:das|es|mir das)\b(?! (?:folgende|wort))",
        # French
        r"\bcomme (?:je l'ai|tu l'as|vous l'avez|nous l'avons) (?:déjà )?(?:dit|mentionné|écrit)",
        r"\b(?:ta|votre|ma) (?:dernière |précédente )(?:réponse|question|message)|\b(?:réponse|question) précédente\b",
        r"^\W*(?:continue|continuez|poursuis|poursuivez)(?: s'il (?:te|vous) plaît)?\W*$",
        # Spanish
        r"\bcomo (?:te |le |ya )?(?:dije|dijiste|mencioné|mencionaste|comenté)",
        r"\b(?:tu|su|mi) (?:última |anterior )(?:respuesta|pregunta|mensaje)|\b(?:respuesta|pregunta) anterior\b",
        r"^\W*(?:por favor,? )?(?:continúa|continúe|sigue|prosigue)(?: por favor)?\W*$",
        # Portuguese
        r"\bcomo (?:eu |você |já )?(?:disse|falei|mencionei|mencionou)\b",
        r"\b(?:sua|tua|minha) (?:última )(?:resposta|pergunta|mensagem)|\b(?:resposta|pergunta|mensagem) anterior\b",
        r"^\W*(?:por favor,? )?(?:continue|continua|prossiga)(?: por favor)?\W*$",
        # Chinese, Japanese
        r"(?:刚才|刚刚|之前|上面|前面)(?:你|我|您|说|提到|的)|上一(?:个|条|次)(?:回答|问题|消息)|^\W*请?继续\W*$|如前所述",
        r"(?:さっき|先ほど|前回)(?:の|言|お|は)|前の(?:質問|回答|メッセージ)|^\W*(?:続けて|続き)",
    )
)
# It begins as a second sentence does, or has a pronoun and nothing that it could stand for.
POINTS = _any(
    (
        r"^\W*(?:and|but|so|then|also|what about|how about|why not)\b",
        r"^\W*(?:why|how|when|where|who|is|was|does|did|can|could|should|are|were)\b.{0,30}\b(?:it|that|they|them|those|he|she)\b",
        r"^\W*(?:und|aber|dann|warum|wieso)\b.{0,60}$",
        r"^\W*(?:et|mais|alors|pourquoi)\b.{0,60}$",
        r"^\W*(?:y|pero|entonces|por qué)\b.{0,60}$",
        r"^\W*(?:e|mas|então|por que)\b.{0,60}$",
        r"^\W*(?:那|那么|为什么|它|这个|那个|还有|但是)",
        r"^\W*(?:それ|これ|あれ|では|じゃあ|なぜ|でも)",
    )
)
# The reply knows of no message before.
UNAWARE = _any(
    (
        r"\b(?:don't|do not|cannot|can't|didn't|did not) (?:have|see|recall|find|remember|know of) "
        r"(?:any |a |the |an )?(?:record|memory|previous|prior|earlier|past|history|context from)",
        r"\b(?:start|beginning|first message) (?:of|in) (?:our|this|the) (?:conversation|chat|discussion)",
        r"\bno (?:previous|prior|earlier) (?:conversation|message|messages|context|discussion|question|answer)",
        r"\byou haven't (?:shared|provided|told|given|mentioned|asked|said)",
        r"\b(?:not sure|unsure|don't know|unclear) what (?:you're|you are|\W?it\W?|\W?that\W?) (?:is )?refer",
        r"\bkeine? (?:vorherigen?|früheren?|vorigen?|letzten?)\b",
        r"\b(?:beginn|anfang) (?:unseres|dieses) (?:gesprächs|chats)",
        r"\b(?:pas|aucun)(?: d'| de |e )?(?:message|conversation|échange|contexte|réponse|trace)s? "
        r"(?:précédent|antérieur)",
        r"\bdébut de (?:notre|cette) conversation",
        r"\bno (?:tengo|veo|hay|encuentro) (?:ningún |ninguna |un |una )?"
        r"(?:mensaje|conversación|contexto|registro|respuesta)s? (?:previ|anterior)",
        r"\b(?:inicio|comienzo) de (?:nuestra|esta) conversación",
        r"\bnão (?:tenho|vejo|há|encontro) (?:nenhuma? |uma? )?"
        r"(?:mensage[mn]s?|conversa|contexto|registro|resposta)s? (?:prévi|anterior)",
        r"\binício d(?:a nossa|esta) conversa",
        r"没有(?:看到|找到)?(?:之前|先前|上一|前面|任何之前)|(?:对话|会话|聊天)的(?:开始|开头)",
        r"(?:第一条|首条)消息",
        r"(?:以前|前|これまで|過去)の(?:会話|メッセージ|やり取り|発言).{0,12}(?:ありません|ない|見当たり|覚えて)|会話の(?:最初|始まり)",
    )
)
