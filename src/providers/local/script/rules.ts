/**
 * Rules for what people do in a conversation, apart from asking about facts: patterns over even words (script-hear.ts), the
 * first that matches wins. A rule names either something done (`Deed`) or, after `fact:`, a fact that every sales assistant is
 * expected to have under that id; where an assistant has no such fact the rule is passed over.
 */

/** What a caller does by saying something. */
export type Deed =
  | 'greeting'
  | 'introduction'
  | 'goodbye'
  | 'thanks'
  | 'hold'
  | 'repeat'
  | 'yes'
  | 'no'
  | 'unsure'
  | 'acknowledge'
  | 'more'
  | 'interest'
  | 'is-ai'
  | 'who-are-you'
  | 'number-source'
  | 'remove-me'
  | 'human'
  | 'callback'
  | 'book'
  | 'send-email'
  | 'support'
  | 'wrong-number'
  | 'testing'
  | 'digits'
  | 'small-talk'
  | 'rude'
  | 'complaint'
  | 'language'
  | 'emergency'
  | 'fragment'
  | 'unknown-question'
  | 'statement'
  | 'nothing'

export type Rule = readonly [Deed | `fact:${string}`, RegExp]

const PERSON =
  '(person|human( being)?|someone|somebody|agent|representative|rep|colleague|manager|supervisor|boss|sales ?(person|man|woman|rep|team|people|department|guy)?|operator|people|customer (support|service|care)|support|expert|account executive)'

const GOODS =
  'chrome ?casts?|car|cars|vehicle|truck|loan|mortgage|credit card|insurance|pizza|taxi|cab|flight|hotel|apartment|tv|television|headphones|air ?pods|iphone|shoes|flowers|prescription|doctor|dentist|plumber|electrician|haircut|hair salon|restaurant|a table|package|parcel|tax return|taxes|furniture|bicycle|bike|laptop|groceries|medicine|bank account|savings account|electricity|car wash|auto (application|loan|insurance|parts|repair)'

/** Never to be missed, whatever else is said. */
export const urgentRules: readonly Rule[] = [
  ['emergency', /\b(an emergency|911|nine one one please|ambulance|heart attack|is on fire|call the police|fire department)\b/],
  [
    'remove-me',
    /\b(remove|take|delete|erase|scrub) (all )?(me|us|my|our)\b(?!.* (demo|through|around))|\b(number|data|details) (deleted|removed|erased)|unsubscribe|\bdo not call list|lose my number|leave me alone|opt out\b/,
  ],
  [
    'remove-me',
    /\b(do not|never|stop|quit) (ever )?(want (you )?to )?(be )?(call(ing|ed)?|phon(e|ing)|ring(ing)?|contact(ing|ed)?|bother(ing|ed)?|text(ing)?)( (me|us|here|this|my|again|back|anymore|at)\b|$)/,
  ],
  [
    'fact:this-call-recorded',
    /\b(are you|is (this|the|our|my)( call| conversation| line)?|am i|do you) (call |being )*(record(ed|ing)?)( (this|me|us|now|the (call|conversation)))?$|\b(recording|taping) (this|me|us)\b|\bis (this|the|our) (call|conversation|line)\b.*\b(taped?|tapped|monitored|recorded|record)\b/,
  ],
  [
    'number-source',
    /\b(where|how) (did|do|have|had) (you|they) (guys )?(ever )?(people |even )*(got|get|find|have|know|come by|obtain)( hold of| a hold of)? (my|our|this) (number|phone|details|contact|info|name|data)|\bwho gave you|\bhow come you have my|\bwhy (are|did|do) you (guys )?(keep )?(call|calling|phone|phoning|ring|ringing|contact|contacting|bothering)\b.*\b(me|us)\b|\b(did )?(you|somebody|someone|this number) (just )?(called|call) me\b(?! back)/,
  ],
  ['rude', /\b(fuck\w*|shit\w*|stupid|idiot\w*|shut up|moron\w*|bullshit|asshole\w*|screw you|piss off|go to hell)\b/],
]

/** What is done by the whole utterance. */
export const rules: readonly Rule[] = [
  // The conversation itself
  [
    'goodbye',
    /\b(good ?bye|bye|see (you|ya)( later| soon| then)?$|(talk|speak) (to you )?(later|soon|then)$|have a (good|nice|great|lovely|wonderful) (day|one|evening|weekend|night|afternoon|rest)|take care$|good night|catch you later|farewell|so long$)/,
  ],
  [
    'goodbye',
    /\b((have|need|got|going) to|must|should|will|better) (really )?(go|run|hang up|leave|let you go|get going|jump( off)?|drop( off)?|head out)( now| then)?$|^(i )?hang(ing)? up|\bend (the|this) call|\bthat (is|will be|would be) (all|it|everything)( (i|we) (need|needed|wanted))?( (for )?(now|today|from me|from my side))?$|\bnothing else\b|\b(i am|we are) (all )?(done|set)( here)?$/,
  ],
  ['goodbye', /^(okay|alright|thanks|thank you|right|cool)? ?(buy|by)( buy| by| bye)?$/],
  [
    'complaint',
    /\b(cut(ting)?|interrupt(ing|ed)?|talk(ing)? over) me\b( off)?|let me (finish|talk|speak)\b(?! (to|with))|\byou are (not listening|(too|so|very) (slow|fast|loud)|annoying|repeating|interrupting)|stop (interrupting|talking|repeating)|\byou (already|just) said that|\bi (already|just) (told you|said that|answered|asked)|why are you so slow|be quiet|you do not (listen|understand)/,
  ],
  [
    'repeat',
    /\b(repeat|say) (that|it|this)\b( again)?|\brepeat\b|\bsay again|come again|pardon|beg your|what (did|do|was|were) (you|that|it) ?(just )?(say|said|saying|asking|ask)?( again)?$|\b(did not|could not|can not|do not) (quite |really )?(hear|catch|get|understand) (that|you|it|what|a word|the (last|question))\b|\bmissed that|one more time|once more|(speak|talk|go)( a)?( (little|bit))?( more)? (up|slower|slowly|louder|clearly)|slow down|(too|so) fast|(you are |line is )?(breaking up|cutting out)|\b(can not|could not|can barely|hardly) hear\b/,
  ],
  ['repeat', /^(what|huh|eh|what again|how|say what|excuse me|sorry|pardon me|sorry what)$/],
  [
    'hold',
    /\b(hold on|hang on|hold the line|bear with me|stand by|be right back|brb)\b|\b(one|a|two|half a) (quick )?(moment|second|sec|minute|min|seconds|minutes)( please)?$|^(one|just a|a|give me a|wait a|hold a) (quick )?(moment|second|sec|minute)\b|^(wait|hold)$|\bwait a (moment|minute|second|sec)|let me (check|look|see|grab|get|find)\b|(someone|somebody) is at the door/,
  ],
  [
    'testing',
    /\b(can|do|could) you (still )?hear me|\b(are you|is (anybody|anyone|somebody|someone)) (still )?(there|listening)|\b(mic|sound|microphone|audio) (check|test)|^test(ing)?\b|\b(i am|we are|this is|it is) (only |a |quickly )*test(ing)?\b|\btest(ing)? (one|1|if|to|whether|call|the (line|system|bot))\b|\b(vad|v a d|vat)\b.*\bwork|voice activity|^check (check|one|1)|\bis this (thing )?(on|working)\b/,
  ],
  [
    'is-ai',
    /\bam i (talking|speaking|chatting) (to|with) (a |an )?(real |actual |live )?(human|person|robot|bot|machine|ai|computer|someone|recording|chatbot)|\b(are|is) (you|this) (guys )?(a |an |one of |really |those |some |even |like |real |actual |living |live )*(real|robot|bot|ai|a i|machine|computer|human|automated|recording|artificial|chat ?bot|chat ?gpt|gpt|alexa|siri|alive|actual person|person)\b(?! (dialer|tool|platform|powered|based|product|company|coaching|assistant for))|\b(you are|you must be|talking to) (a |an |just |only )*(robot|bot|machine|computer|recording|ai|a i)\b|\bis there (a |an )?(real )?(human|person) (behind|there)|\byou (sound|seem|talk) (like )?(a |an |very |so )*(robot|robotic|bot|machine|computer|human|real|ai)|\bnot (talk(ing)?|speak(ing)?) to (a |an )?(robot|bot|machine|computer|ai)/,
  ],
  [
    'language',
    /\b(do|can) you (also )?(speak|talk|know) \w+$|\b(speak|in) (spanish|french|german|hindi|chinese|mandarin|portuguese|italian|japanese|dutch|russian|arabic|polish)( please)?$|habla|parlez|sprechen/,
  ],
  [
    'who-are-you',
    /\bwhom am i\b|\bwho you are\b|\b(who|whom) (is|am|are) (this|that|i (speaking|talking) (to|with)|you|there|speaking|calling)( exactly| please| again)?$|\b(what (is|was)|tell me|catch|got) your name|\bwhat company|\bwhich company (are|is) (you|this)|\bwhere (are you|is this) calling from|\b(have|did) i (reach|reached|call|dial)|\bwho did i (call|reach|dial)/,
  ],
  [
    'small-talk',
    /\bhow (are|r) (you|things)( (doing|today|all))*|\bhow is (it going|life|everything|your (day|morning|week))|^(what is up|sup)$|nice to (meet|talk to|hear from|speak to) you|\b(weather|raining|snowing|sunny)\b|(tell|know) (me )?(a|any|some) jokes?|\bdo you (like|sleep|eat|dream|have feelings)\b|\bhow old are you|happy (new year|birthday|holidays)|merry christmas/,
  ],

  // Objections and wishes
  [
    'send-email',
    /\b(send|email|mail|text|forward|shoot|drop)( it| that| this| over| me| us| something| along)* (an |a |some |the |your |more |any )*(email|mail|info|information|details|brochure|deck|pdf|something|link|slides|material|materials|one pager|documentation|write up|note|over)\b|^(can you |could you )?(email|mail) (it|that|this|something|me|us)\b|\bin writing\b|\b(by|over|via|through) email$/,
  ],
  [
    'fact:no-time',
    /\b(busy|in(to)? a (meeting|rush|hurry)|in the middle of|no time|running late|short on time|driving|at work right now|on (another|the other|a) (call|line)|another call)\b|\bnot (really )?(a |the )?(good|right|great|best) (time|moment)|\bbad time|\b(do|did) not have (the |any |much |enough )*time|\b(another|some other) (time|day)\b|\b(do|try|call|talk|speak|come back)( (this|it|to|me|back|again|about|that))* later\b|^(maybe )?later$/,
  ],
  [
    'human',
    new RegExp(
      `\\b(talk|speak|chat|connect|transfer|put|get|pass|hand|give)( (me|us|through|over|to|with|on|a hold of|off))* (a |an |the |some |any |your |another |one of your )*(real |live |actual |human |different |other |sales )*${PERSON}\\b`,
    ),
  ],
  [
    'human',
    new RegExp(
      `^((i |we )?(want|need|would like|get me) )?(a |the |real |live |actual |human )*${PERSON}( on the (line|phone)| now| please)*$|\\b(is there|have) (a |any|an )*(real |live )?(person|human|someone|somebody)( (i|we) can| there)|\\bput me through\\b`,
    ),
  ],
  [
    'fact:need-to-think',
    /\b(think|sleep) (about|on|over) (it|that|this)\b|\b(have|need|want|got) to think\b|\b(talk|speak|check|discuss|consult|ask|clear|run)( (to|with|it|this|that|by|about|past))* (my|our|the) (boss|manager|team|cfo|ceo|partner|vp|director|wife|husband|colleagues?|board|finance)|\b(boss|manager|cfo|ceo|partner|vp|director|procurement|owner|somebody else|someone else) (decides|has to|makes|would have to|handles|needs to)|\bnot my (call|decision)|\bnot the (one who|decision|right person)|\b(get|come) back to you\b|internally\b/,
  ],
  [
    'fact:too-expensive',
    /\b(too|so|very|pretty|way too|quite) (expensive|pricey|costly|high|much( money)?)\b(?! (time|work|effort|data|to|of))|^(that is |it is )?(expensive|a lot( of money)?)$|\b(can not|could not|not) (really )?(afford|have (the |a |any )?(budget|money))|\bno (budget|money)|\b(out of|over|above|beyond) (my|our|the) budget|budget is (tight|gone|frozen)|costs too much|more than (we|i) (can|could|want to|are able to) (spend|pay|afford)|rip off/,
  ],
  [
    'callback',
    /\b(call|ring|phone|reach) me( back| tomorrow| today| at| on| in| when| next| again|$)|\b(give|want|get)( me| us)? a (call|ring)( ?back)?\b|\bcall ?back\b|\b(have|get|ask) (someone|somebody|a colleague|them) (to )?(call|ring|contact|phone)/,
  ],
  [
    'fact:not-interested',
    /\b(not|never|no longer) (really |very |that |so |too |at all |actually )*(interested|interesting|for (me|us)|our thing|looking for (this|that|anything))|\bno interest|\b(do|does|did) not (really )?(want|need|care)( (it|this|that|any|one|anything|nooks|about)\b|$)|\bno need\b|\bcould not care less|\bwe are (good|fine|all set)( thanks| thank you| here)*$|\bnot (right )?now$|\bwaste of (my |our )?(time|money)|\b(a|this) scam\b|(sales|marketing) pitch/,
  ],
  [
    'book',
    /\b(book|schedule|set ?up|arrange|organi[sz]e|plan|fix|have|get|do|see|want|like|need|make)\b.{0,25}\b(demo|demonstration|meeting|appointment|walk ?through|time slot)\b(?! (rate|take|last))|^(a )?(demo|meeting|appointment)$|\bsign me up|\bput me down\b|\b(i|we) (want|would like|would love|need) to (see|look at) (the|your) (product|software|platform|tool|system)\b|\bsee (it|this|nooks|that|the (product|thing|tool)) (in action|live|working|for myself)|\b(show|shown) (me|us)\b(?! (how|what))|\b(how (do|can|could|would) (i|we) (get started|sign up|buy|start|order|begin|join))|\b(i|we) (want|would like|would love|am ready|are ready) to (buy|purchase|sign( up)?|get started|order|start)\b(?!.*\b(a|an|the) \w+)|\b(let us|can we|could we|shall we) (schedule|meet|set|book|find a time|put something)|\bwhen (can|could|are) (we|i|you) (meet|free|available)|\b(move|change|reschedule|shift|postpone)\b.{0,20}\b(demo|meeting|appointment)\b|\b(demo|meeting|appointment)\b.*\binstead$|\bfind a time\b|\b(i|we) (will|would) take (it|ten|five|twenty)\b/,
  ],
  [
    'support',
    /\b(my|our|the) (account|login|log in|password|dialer|invoice|bill|subscription|app|workspace|screen|headset|microphone|integration)\b.*\b(not|no longer|stopped|broken|locked|wrong|expired|down|issue|problem|reset|overdue|frozen|crash\w*)\b|\b(can not|could not|unable to|trying to) (log ?in|sign in|log into|get into)|\bbilling( department| question| issue| team)?\b|\b(building|accounts|accounting|service|support|hr) department\b|\btech(nical)? support|\bbug\b|\boutage\b|\brefund\b|\b(charged|billed|paid) (twice|double|too much|wrong)|\bcancel (my|our) (account|subscription|contract|plan)|\b(existing|current) customer\b|\bsupport ticket|\bforgot my password|\bpay (my|an|the) (bill|invoice)/,
  ],
  [
    'wrong-number',
    new RegExp(
      `\\b(wrong (number|person|place|company|department)|mis ?dialed)\\b|\\b(is|are) (this|you) (the |a )?(\\w+ )?(bank|pizza place|pizzeria|restaurant|hotel|hospital|clinic|pharmacy|store|shop|garage|airport|library|school|police)\\b|\\b(${GOODS})\\b(?! (dealer|dealership|company|business|industry|sales|seller|vertical))`,
    ),
  ],
  [
    'wrong-number',
    /\b(black|blue|red|white|green|silver) one\b|^(express|regular|standard)( (shipping|delivery))?$|\bship(ped|ping)? (it|to|express|regular)|\b(my|an) order\b(?!.*\b(sales|form)\b)/,
  ],

  // What many ask in many ways
  [
    'fact:have-a-tool',
    /\b(already|currently) (have|use|using|got|own|work with|working with|on|pay|paying|signed|bought|covered)\b|\bhappy with\b|\b(just|recently) (signed|bought|switched|renewed)\b|\b(signed|contract) with (another|a different|someone)|\bexisting (tool|vendor|provider|dialer|solution|system)|\blocked in\b|\bunder contract\b|\ball set with\b/,
  ],
  [
    'fact:competitors',
    /\b(compare[ds]?|comparison|different|difference|differ|versus|vs|better|stack up|alternative|competitors?|competition)\b(?!.*\b(time|day|moment)\b)/,
  ],
  [
    'fact:calls-are-dead',
    /\bcold call(s|ing)?\b.*\b(dead|not work|does not|do not|useless|over|hate)|\b(nobody|no one|people (do not|never)|hardly anyone|they never) (ever )?(picks?|answers?)( up)?\b|\b(we )?do not (do|make|believe in) (any )?(cold )?calls?\b|\bhate cold calls/,
  ],
  [
    'fact:contract',
    /\b(contract|commit(ment)?|sign for|month to month|whole year|annual(ly)?|yearly|cancel|discounts?|minimum (seats|number|commitment)|payment terms|cheaper)\b/,
  ],
  [
    'fact:trial',
    /\b(free|trial|pilot|try (it|this|nooks|before)|test (it|drive)|proof of concept)\b(?! (time|on|to|when|tomorrow|at|next))/,
  ],
  [
    'fact:seats',
    /\b(manager|managers|boss)\b.*\b(seat|license|licence|account)\b|\b(seat|license|licence) (types?|kinds?)|\b(kinds?|types?) of (seats?|licen[sc]es?)/,
  ],
  [
    'fact:price',
    /\b(prices?|pricing|priced|costs?|fees?|charges?|charge|quote|ballpark|expensive|price list|rates)\b(?! of (time|living))(?<!\b(connect|answer|hidden|pickup|reply|conversion) (rates?))|\bhow much\b(?! (time|work|effort|data|training|of|better|more|faster|longer|experience|money have|funding|did you))|\b(per|a) (seat|user|month|head)\b|\bmoney wise\b|\byour rates?\b|\bwhat (would|will|do|does|is) .*\b(run us|set (us|me) back|pay|damage)\b/,
  ],

  [
    'fact:what-it-is',
    /\bwhat (exactly )?(is|are|do|does) (it |this |that |you |we |nooks |they |your |the |thing |guys |people |folks |company |business |product |here |exactly |actually )*(do|about|sell|selling|offer|make|all about|is it)?$|\bwhat (is|was) (this|that|it|nooks)( thing| call| company)?( exactly| about| for| all about)*$|\bwhat (exactly )?is it that you\b/,
  ],

  // Small answers and moods
  [
    'interest',
    /\b(sounds?|that is|this is|it is|looks?|seems?|quite) (really |very |pretty |so |quite |actually )*(good|great|interesting|cool|nice|amazing|awesome|helpful|impressive|useful|exciting|fantastic|wonderful|neat|promising)$|^(wow|cool|nice|awesome|excellent|interesting|sweet|amazing|brilliant|terrific|lovely|fantastic|great|perfect|wonderful)( .{0,24})?$|\bi am (very |quite |pretty )?interested\b|\b(i|we) (love|like) (it|that|this|the sound)\b|\bimpress/,
  ],
  [
    'more',
    /\b(tell me|know|hear|say|learn) (a (little|bit) |some |something |anything )*more\b|\b(some|get|have|need|want) more (info|information|details)$|\bmore about (it|that|this)\b|^more (info|information|details)$|^(go on|go ahead|continue|keep going|and then|what else|anything else|like what|for example|such as|how so|in what way|how|tell me|and|more|i am listening)$|\b(explain|elaborate)( (that|it|on that|further|more))*$|\bwhat else (can|do|does|is|have)\b|\bhow (does|do|would|will) (that|this|it) work$|\bcan you explain$/,
  ],
  [
    'unsure',
    /^i (do not|am not) (quite |so |too |even )*(know|sure)( why| if| yet| anymore)*( i am not .{0,20}| that .{0,20})?$|^(?:.{0,14} )?((i )?(do not|am not|not) (really |so |quite |too |entirely )*(know|sure|certain)|maybe|perhaps|no idea|i guess( so)?|hard to (say|tell)|it depends|depends|could be|possibly|might be|i doubt it|i suppose|probably)( (yet|about (it|that)|so|not|i am not so sure|i am not sure|right now))*$/,
  ],
]
