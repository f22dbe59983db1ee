package ocsf

// event is an OCSF event as far as the four classes that Map uses need it. Every name is one of the schema's attributes;
// requirements are those of OCSF 1.4.
type event struct {
	ActivityID     int            `json:"activity_id"`
	ActivityName   string         `json:"activity_name"`
	CategoryUID    int            `json:"category_uid"`
	CategoryName   string         `json:"category_name"`
	ClassUID       int            `json:"class_uid"`
	ClassName      string         `json:"class_name"`
	TypeUID        int            `json:"type_uid"` // class_uid * 100 + activity_id
	Time           int64          `json:"time"`     // milliseconds since 1970
	SeverityID     int            `json:"severity_id"`
	Severity       string         `json:"severity"`
	StatusID       int            `json:"status_id"`
	Status         string         `json:"status"`
	StatusCode     string         `json:"status_code,omitempty"`
	StatusDetail   string         `json:"status_detail,omitempty"`
	Message        string         `json:"message,omitempty"`
	Metadata       metadata       `json:"metadata"`
	Actor          actor          `json:"actor"`
	ActionID       *int           `json:"action_id,omitempty"` // profile security_control, of decisions
	Action         string         `json:"action,omitempty"`
	DispositionID  *int           `json:"disposition_id,omitempty"`
	Disposition    string         `json:"disposition,omitempty"`
	Policy         *policy        `json:"policy,omitempty"`
	Authorizations []grant        `json:"authorizations,omitempty"`
	Device         *device        `json:"device,omitempty"`       // 1001, 1007
	File           *file          `json:"file,omitempty"`         // 1001
	Process        *process       `json:"process,omitempty"`      // 1007
	ExitCode       *int64         `json:"exit_code,omitempty"`    // 1007
	User           *user          `json:"user,omitempty"`         // 3002
	Service        *service       `json:"service,omitempty"`      // 3002
	API            *api           `json:"api,omitempty"`          // 6003
	SrcEndpoint    *endpoint      `json:"src_endpoint,omitempty"` // 3002, 6003
	Resources      []resource     `json:"resources,omitempty"`    // 6003
	Unmapped       map[string]any `json:"unmapped,omitempty"`     // any: members of an audit event as they are
}

type metadata struct {
	Version        string   `json:"version"`
	Product        product  `json:"product"`
	Profiles       []string `json:"profiles,omitempty"`
	UID            string   `json:"uid"`
	EventCode      string   `json:"event_code"`
	Sequence       int64    `json:"sequence"`
	CorrelationUID string   `json:"correlation_uid,omitempty"`
	OriginalTime   string   `json:"original_time"`
	LogName        string   `json:"log_name"`
	Labels         []string `json:"labels,omitempty"`
}

type product struct {
	Name       string `json:"name"`
	VendorName string `json:"vendor_name"`
}

type actor struct {
	User    *user    `json:"user,omitempty"`
	Session *session `json:"session,omitempty"`
	AppName string   `json:"app_name,omitempty"`
	AppUID  string   `json:"app_uid,omitempty"`
}

type user struct {
	Name          string  `json:"name,omitempty"`
	UID           string  `json:"uid,omitempty"`
	EmailAddr     string  `json:"email_addr,omitempty"`
	CredentialUID string  `json:"credential_uid,omitempty"`
	Groups        []group `json:"groups,omitempty"`
	Domain        string  `json:"domain,omitempty"`
	TypeID        int     `json:"type_id"` // 1 user, 3 system
	Type          string  `json:"type"`
}

type group struct {
	Name string `json:"name"`
}

type session struct {
	UID string `json:"uid"`
}

type policy struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Desc    string `json:"desc,omitempty"`
}

type grant struct {
	Decision string `json:"decision"`
	Policy   policy `json:"policy"`
}

type device struct {
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
	Name   string `json:"name"`
}

type file struct {
	Name   string `json:"name"`
	Path   string `json:"path,omitempty"`
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
}

type process struct {
	UID              string `json:"uid"`
	Name             string `json:"name,omitempty"`
	CmdLine          string `json:"cmd_line,omitempty"`
	WorkingDirectory string `json:"working_directory,omitempty"`
}

type service struct {
	Name string `json:"name"`
}

type api struct {
	Operation string   `json:"operation"`
	Service   *service `json:"service,omitempty"`
	Request   *request `json:"request,omitempty"`
}

type request struct {
	UID string `json:"uid"`
}

type endpoint struct {
	IP   string `json:"ip,omitempty"`
	Name string `json:"name,omitempty"`
}

type resource struct {
	UID  string `json:"uid,omitempty"`
	Name string `json:"name,omitempty"`
	Type string `json:"type,omitempty"`
}
