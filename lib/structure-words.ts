/**
 * The words that may leave a page: what developers call the parts of a page, and nothing that people or companies are
 * called, that a case can be (`urgent`, `closed`), or that a thing can look like (`green`). A report of a page is
 * written in these words alone (redact.ts), so a word that is missing here costs a `~` in a report and never a secret.
 */

const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Words inside class names, ids, test ids, names of attributes and of custom elements; lower case. */
export const words = set(`
  about accept accesskey accordion account action actionbar actions active activity actor ad add additional address
  addon admin admincc advanced affix after agent ajax ajs alert align all allowed alternate an analysis anchor and angular
  animation announcement api apis app appearance appended application appointment apps ardbn area areas aria arid around arrow article as asc aside
  aspx assets asset assign assigned assignee assignment asterisk async at atom attached attachment attachments attr
  attribute attributes au audit aui aura auth authenticity author authorization auto autocomplete automation autoscroll
  available avatar avatars back background backdrop badge badges banner bar bare base based basic basics before begin behavior
  below bind binding blank block blocks board boards body booking bookings boolean bookable booked border bordered bottom box
  boxcontainer brand branding breadcrumb breadcrumbs break breakpoint browse btn btns bubble builder bulk bundle business
  button buttons by byline cache calendar call callback caller can cancel canvas caption captcha card cards caret carousel
  cart cascade case cases catalog categories category cc cell cells center centered cf cfs cftype change changed changes
  channel chart chat chatter check checkbox checkboxes checked chevron chicklet child children chip chips choice choices
  chooser ci circle class classic clear clearfix click clickable client clip clipboard clone close closeable cloud cluster cmdb
  code codes col collapse collapsed collapsible collapser collection column columns com combobox command commandbar commands comment
  comments commit common communication communications community comp compact companies company complete component components
  composer concurrent condition conditional config configuration confirm conn connect connected connection console contact contacts container
  containers content contents context contextmenu contextual continue contract control controller controls conversation
  conversations convert copy core correlation count counter country cover create created createdon creation creator crm crud
  csrf css ct cta ctx current cursor custom customer customerasset customerid customers customfield customfields cv cy data date dates datepicker datetime
  day days decorator default definition delay delete delta department departments depends dept desc describe description descriptions design desk
  desktop detail details dev develop device dialog dialogs diff digits dir direct direction directory dirty disable disabled
  disclosure discussion dismiss display displayed div divider dl doc dock docked document documents dom done dot dots down
  download draft drag draggable drawer drdn drop dropdown dropdowns droppable dropzone due dummy dynamics duration dynamic each
  ed edge edit editable edited editing editor effect ellipsis email embed embedded ember emoji employee empty en enable enabled end
  enter entity entityrecord entries entry envelope equipment error errors estimated etn evenline event events exceeds exclude
  exp expand expandable expanded expander expected experience explorer export ext extended extension external extra eyebrow
  fa fab facet fade fallback false fas far favicon favorite favorites feature feed feedback fetch field fieldcontrol fieldname fields fieldset figure
  file filedrop files fill filler filter filtered filters final find first fit fixed flag flags flash flat flex flexipage
  flexbox floating flow fluid flyout focus focusable focused folder folders follow follower followers font footer for force forecast
  form format formatted formatter forms formset forward foundation frame frames framework freeform freshdesk freshservice fsm
  full fullscreen fullwidth function fx gallery gap garden general generic glyph gn go grabber gravatar grid grids group
  grouped grouping groups gsft guide guided gutter half halo hamburger handle handler has hasvalue head header headers heading
  headings headline height heading help helpdesk helper helpers here hero hidden hide highlight highlighted highlights highlightable hint history
  home homepage horizontal host hour hours hover hoverable hpd href html hub hubspot human icon icons id identifier ids iframe image
  images img impact import in inbox incident incidents include included indent index indicator indicators info information
  initial initials inline inner input inputs insert inset inside inspector install instance instruction integration intercom
  interaction interactions interface internal into invalid inverse invisible invite invoice is issue issues it item items itdesk
  jira job jobs journal js json jump jumbo kanban kb kbd key keyboard keys keyword keywords kind knowledge label labelledby labeled
  labeltop labels lane language lang large last later latest launch layer layout layouts lazy lead leading leads leaf left
  legacy legend length level levels lg library license lightbox lightning like line lines link linked links list listbox
  listitem lists listview live load loaded loader loading local locale location locations locator lock locked log loggedas
  login logo logout logs lookup lookups lower lp lwc macro macroponent magic magnifier mail mailbox main mainactionbar maintenance manage manager manual
  map markdown markup mask masonry master match maximize maximum md me media mega member members mention menu menubar menuitem
  merge message messagebody messages messaging meta metadata meter method metric metrics mid middle milestone min mini minimal
  minimize minus minute minutes mobile modal modals mode model modified modifier modify module modules moment monitor month
  more mount move msdyn mt mtop multi multiline multiple multiselect multitab muted my name names native nav navbar navex
  navexworkspace navigate navigation navigator navlist nested network next ng no node nodata nodeid nodes non none normalize nosidebar not note notebook notes
  notification notifications now number numbers numeric object objectid objects odd oddline of offcanvas off offset ok omni on
  one online only opbar opened opener operation operations opsbar operator opt option optional options or order ordered orders org
  organization organizations orientation origin original other out outer outline outlined outlook output outside over overflow overlay
  override overview own owner pack package pad padded padding page pageaction pager pages pagetype pagination paging pane panel
  panels panes paper paragraph param params parent part partial participant participants parts password paste path pathname
  pause pdf pencil people percent percentage permission permissions persistent person personal phone photo picker picklist pill
  pills pin pinned pivot placeholder placement plain plan planner planning platform play plugin plus png point pointer points
  poll popover popper popup popups portal portlet position post posts power pre predecessor preferences prefix prefs prepend
  preset press preview prev previous primary primarycontactid principal print printable priorities priority private problem problems process product
  productid products profile profiles progress progressbar project projects prompt prop properties property props provider provisioning pseudo public publish
  published publisher pull purchase push q query question queue queues quick quickbar quickview quote radio radiogroup range rank
  rate rating ratio raw react read reader readonly ready reason rec recent recently recipient record records
  recordfield recordlayout recid redirect redmine ref reference references refresh region register rel related relation relations relationship
  relative release reload remaining reminder reminders remote remove removed render rendered renderer repeat repeater replies
  reply report reported reporter reporting reports reqid request requested requester requestor requestors requests required
  reset resizable resize resizer resolution resolve resolvedbyowner resource resources respond responder response responsive
  rest restore result results retry return review revision ribbon right ripple role roles root rotate rounded route router
  row rows rt rtl rule ruler rules run runtime runtimes same sample sandbox save saved scale schedule scheduled schema scope screen
  script scroll scrollable scrollbar scroller scrolling sd sdp sdplayoutid search searchable searchbar searchbox second
  secondary section sections secure security seen segment segmented select selectable selected selection selector selectors
  selectpicker selenium self send sender sensitive sentiment separator sequence serial series server service servicedesk servicenow services session
  set setting settings setup severity sfdc shadow shape share shared sheet shell shift short shortcut shortcuts shot show
  showing shown shrink sibling side sidebar sidebyside sidenav sign signature signin simple simultaneously single site
  sites size sizer skeleton skip skipnav sl sla slas slat slds slide slider slim slot slots small smart sn snippet
  social sort sortable sorted sorting source space spacer spacing span special spec spin spinner split splitcontent
  splitcontentleft splitcontentright splitter sprite sr src stack stacked stage stamp standard stanza star start started
  starting state stateful states static statistics stats status statuses step stepper steps sticky storage stream stretch strip stripe striped
  strong stub style styled styles stylesheet styleguide sub subgrid subheader subheading subject submenu submit submitted submitter subnav
  subpanel subscribe subscriber subscription subtab subtask subtasks subtitle success suffix suggest suggestion suggestions summary
  super supplier support surface survey svc svmxc switch switcher symbol sync synthetic sys sysparm system tab tabbar tabbed table
  tables tablet tablist tabpanel tabs tabset tabular tag tags target task tasks tbody td team teams technician tel template
  templates tenant term test testid text textarea textbox textfield th thead theme thread threads thumb thumbnail ticket
  ticketdetail ticketdetailview ticketid ticketidtext ticketnumber tickets ticketsubject tile tiles time timeline timer times timestamp timezone tip title titlebar titlebox
  titlecontainer tkt to toast toasts today todo toggle toggleable toggled toggler token tokens tool toolbar toolbars tools tooltip tooltips top
  topactions topbar toplevel topnav total totals touch tour tr track tracker tracking trail trailing transaction transactions
  transition translate transparent trash tree treegrid treeitem trigger triggers true truncate truncated tt tux txn type types typography
  uci udf ui uib uid ul unassigned under undo unified unique uniqueid unit unlinked unread unset unstyled up updated update updates upload uploaded uploads upper
  uri url usage use user username users utilities utility uuid val valid validate validation value values var variant
  vendor version vertical vf via video view viewer viewport views virtual virtualized visibility visible visual visualforce
  vote wait warn warning was watcher watchers watch web webclient webpart weight when where widget widgets width wiki window windows
  wizard wide with without wo won wonum word work workbench workflow workitem worklink worklog worknotes workorder workorders
  workspace workspaces wrap ws wrapper wrapped write wysiwyg xl xs xml year yui zd zendesk zindex zone zoho zoom
`);

/** Names of attributes, and of events behind `on`. */
export const attributes = set(`
  abbr accept action allow allowfullscreen alt async autocapitalize autocomplete autofocus autoplay cellpadding
  cellspacing charset checked cite class cols colspan content contenteditable controls coords crossorigin datetime
  decoding defer dir disabled download draggable enctype enterkeyhint for formaction frameborder headers height
  hidden hreflang href hreflang http equiv id inert inputmode integrity is itemid itemprop itemref itemscope itemtype kind
  label lang list loading maxlength media method minlength multiple muted name nonce novalidate nowrap oninput
  onclick onchange onsubmit onload onerror onfocus onblur onkeydown onkeyup onkeypress onmousedown onmouseup onmouseover
  onmouseout pattern ping placeholder popover poster preload readonly referrerpolicy rel required rev reversed role
  rows rowspan sandbox scope scrolling selected shape size sizes slot span spellcheck src srcdoc srclang srcset start
  step style summary tabindex target title translate type usemap valign value vspace width wrap
  activedescendant atomic autocomplete busy colcount colindex controls describedby details dropeffect errormessage
  expanded flowto haspopup keyshortcuts labelledby live modal multiline multiselectable orientation owns posinset pressed
  relevant roledescription rowcount rowindex setsize sort valuemax valuemin valuenow valuetext
`);

/** Elements of HTML; any other is named in {@link words}. */
export const tags = set(`
  a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button canvas caption center cite
  code col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure font footer form
  frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark
  marquee math menu meta meter nav nobr noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp
  search section select slot small source span strike strong sub summary sup svg table tbody td template textarea
  tfoot th thead time title tr track tt u ul var video wbr
`);

/** Whole parts of an address's path that say what a page is, on the desks we know; lower case, without an ending. */
export const parts = set(`
  now nav nav_to ui classic params target sow cwf agent workspace record sub list sp sir home
  incident task problem problem_task change_request change_task sc_request sc_req_item sc_task sn_customerservice_case
  wm_order wm_task interaction
  lightning r o one one.app view edit related console sobject case workorder workorderlineitem serviceappointment
  svmxc__service_order__c
  tickets ticket filters filter dashboard dashboards search hc events
  browse jira servicedesk projects project queues custom issue issues customer portal portals secure boards board backlog
  a helpdesk support changes problems assets releases details
  main help-desk records objects contacts companies deals
  workorder requests request app itdesk arsys forms
  show showhomepage cases dv
  inbox inboxes conversation conversations mailbox mailboxes
  tas incidents maximo webclient job index
  display modify update history results m rt redmine noauth selfservice model new login
  tktview info
`);
