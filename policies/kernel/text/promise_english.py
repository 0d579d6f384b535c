"""English words around a phrase of time that decide whether it is a promise; see `Signs`."""

import re
from typing import Final

from policies.kernel.text.promise_words import NEVER, Signs

ENGLISH: Final = Signs(
    tag_question=re.compile(r"^[,\s]*(?:is that|does that|would that|if that|ok|okay|all right)\b[^?]{0,30}$"),
    denied=re.compile(
        r"\b(?:cannot|can not|unable|not able|not be able|won't|will not|would not|not possible|impossible|"
        r"no guarantee|unlikely|may not|might not|doubt|nor|never|"
        r"not (?:promise|guarantee|expect))\b|\bas (?:agreed|discussed|promised|mentioned|arranged) (?:on |by )?§|"
        r"can't|isn't|\b(?:not|instead of|rather than|from) (?:on |by |until |before |in )?§"
    ),
    past=re.compile(
        r"\b(?:was|were|had|has been|have been|did|(?<!be )(?<!is )(?<!are )(?:received|called|wrote|spoke|tried|"
        r"sent|credited|posted|replied|left|rang)|"
        r"yesterday|last|ago|dated|previously|promised|said)\b(?!.{0,40}\b(?:will|'ll|shall)\b)"
    ),
    rule=re.compile(
        r"\b(?:usually|normally|generally|typically|as a rule|in general|on average|most|standard|can take|"
        r"may take|takes?|up to|every|each|opens|opening|closes|"
        r"(?:are|is|be|office|branch|line|lines|desk) (?:open|closed)|business hours|valid|always|"
        r"in most cases|(?:our|the bank's|company|usual) policy|"
        r"(?:rules?|regulators?|ombudsman|terms|code|law) (?:requires?|allows?|asks?|obliges?|gives?|"
        r"says?))\b(?! account| your| the account| the case)"
    ),
    reported=re.compile(
        r"\b(?:you|he|she|they|customer|adviser|advisor|clerk|colleague|merchant) (?:had |has |have |"
        r"also )?(?:told|asked|said|say|mentioned|wanted|want|hoped|hope|requested|wrote|promised|expected|"
        r"wish)\b|\b(?:told|promised|assured) (?:us|me)\b|\byou've asked\b|\bhad said\b|\bhad promised\b"
    ),
    third=re.compile(
        r"(?<!our )(?<!'ll )(?<!will )(?<!to )\b(?:"
        r"merchant(?! (?:terminal|account|portal|fee|services?|team|support))|"
        r"retailer|other bank|receiving bank|sending bank|beneficiary bank|their bank|issuer|"
        r"courier|post office|royal mail|court|regulator|ombudsman|visa|mastercard|police|insurer|hotel|"
        r"airline|"
        r"seller|shop|store|buyer|sender|garage|dealer|broker|letting agent|builder|\bs?he (?:would|says)|"
        r"third party|supplier|landlord|employer|correspondent bank|surveyor|they|scheme)\b"
    ),
    ours=re.compile(r"\b(?:we|i|our|us|my|and will|and shall)\b"),
    condition=re.compile(r"\b(?:if|unless|provided|should you|in case|as long as|whether)\b"),
    then=NEVER,
    event=re.compile(
        r"\b(?:once|after|when|as soon as|upon|following|from the date|until)\b(?! the holiday)(?! (?:looking|"
        r"checking|speaking|talking)\b)[^§]*$"
    ),
    event_after=re.compile(r"^ ?(?:of|from|after|once|following|upon) (?!today|now|this (?:e-?mail|message))"),
    own_step=NEVER,
    attribute=re.compile(r"'s\b| (?:statement|invoice|letter|payment|transaction|e-?mail|call|instal)"),
    dated=NEVER,
    other=re.compile(
        r"\b(?:on leave|on holiday|away|out of (?:the )?office|expir\w+|ends?|deadline|due date|matur\w+|offer|"
        r"campaign|promotion|lapse[sd]?|maintenance|"
        r"holiday hours|(?:to|can|may|you) collect|interest rate|takes effect|starts?|"
        r"(?:debit|payment|instal\w+|premium|rent|bill|invoice|rate|tax|fee) (?:is|are|"
        r"falls) (?:next )?due)\b(?<!end)|"
        r"\b(?:after|once|when|following|before|since|during|for|of) (?:your|our|the|"
        r"my) [a-z -]{2,24}(?<! by )(?<! on )(?<! before )§|"
        r"§'s\b(?! time)|(?<!morning )(?<!afternoon )(?<!evening )\b(?:of|dated) §|"
        r"(?<!be )(?<!is )(?<!are )(?<!get )\b(?:opened|made|bought|issued|signed|placed|taken out) (?:on )?§"
    ),
    decreed=re.compile(
        r"\b(?:by law|(?:rules?|law|code|regulat\w+|policy|statute|act|scheme) (?:says?|requires?|asks?|gives?|"
        r"allows?))\b"
    ),
    idle=re.compile(
        r"\b(?:bear with|wait|hold|patien\w+|rest assured|assured|accept (?:my|our)|forgive|excuse|note|worry|"
        r"thank you|"
        r"thanks|sorry|apolog\w+)\b"
    ),
    gives=re.compile(r"\b(?:we|i|our|us)\b"),
    harmless=re.compile(
        r"\b(?:thank you|let you know|for you|to you|with you|you for|tell you|call you|send you|give you|"
        r"write to you|please (?:rest assured|be assured|note|bear with|accept|do not worry))\b"
    ),
    receives=re.compile(
        r"\byou(?:'ll| will| should| shall| can expect| would)(?: then| also| all)? (?:to )?(?:receive|have|"
        r"hear|get|see|be (?:contacted|called|refunded|notified|told|paid|credited|informed))\b|"
        r"\bexpect (?:to hear|an?|our|the|it|your)\b"
    ),
    please=re.compile(
        r"\b(?:please|kindly|(?<!i will )(?<!i'll )(?<!we will )(?<!we'll )make sure|"
        r"remember to|feel free|send us|let us have)\b"
    ),
    customer=re.compile(
        r"^[^a-z]*(?:then |just )?(?:return|reply|call|ring|come|bring|write|use|try|wait|sign|pay|send|visit|"
        r"check)\b|"
        r"\byou(?:'ll)?(?: will)? (?:can(?! (?:expect|count|rely))|could|may|must|need|should|have to|are|will|"
        r"would|might|send|want|"
        r"visit|come|bring|pay|sign|'d)\b"
    ),
    customer_after=re.compile(r"^,? ?(?:you (?:can|must|need|should|may|have)|please)\b"),
    booked=re.compile(r"\b(?:arranged|booked|scheduled|appointment)\b"),
    scheduled=re.compile(
        r"\b(?:(?:is|are|gets?) (?:\w+ly )?\w+(?:ed|nt|en|id)|(?:is|are) (?:\w+ly )?(?:being )?(?:call|send|post|"
        r"writ|ring|phon|pay|"
        r"refund|credit|mail|visit|com|correct|return|reissu|deliver|mov|print)\w*ing|goes|comes|brings|leaves|ships|"
        r"arrives|lands|reaches|follows|to follow|calls|rings|phones|writes|e-?mails|visits|decides|answers|replies|"
        r"credits|refunds|pays|completes|clears|posts|returns|meets|sees|hands|drops|reopens|confirms|sends|"
        r"delivers|corrects|reviews|reports|"
        r"settles|updates|prints|collects|moves|gets|reverses|releases|lifts|restores|unblocks|resets|contacts)\b"
    ),
    predicate=re.compile("[a-z]{2}"),
    granted=re.compile(
        r"\b(?:can|may|must|might|could|free|valid|should|ought|has to|have to|needs?|entitled|allowed|possible|"
        r"optional|"
        r"if|unless|no|not|any|who|which|that)\b"
    ),
    done=NEVER,
    at_once=re.compile(""),
    acts=re.compile(
        r"\b(?:will|shall|going to|promise|guarantee|commit|aim to|expect(?:ed|s)?|should|i am|we are|i'm|"
        r"we're|asked|arranged|booked|scheduled|to be|is coming|are coming|is due|are due|(?:we|i) can (?!see|tell|"
        r"confirm)[a-z]+|"
        r"(?:we|i) (?:then )?(?:pay|send|post|call|ring|write|credit|refund|return|come|visit|answer|reply|e-?mail|"
        r"deliver|issue|"
        r"correct|fix|settle|mail|phone|meet|finish))\b|'ll\b"
    ),
)
